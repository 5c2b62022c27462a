package dev.penstock.servicebus.wire;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.internal.net.NetSocketInternal;
import jdk.net.ExtendedSocketOptions;

/**
 * Acknowledges the client's packets at once. The SDK leaves Nagle's algorithm on, so a delayed acknowledgement holds its
 * next packet back for 40 ms; Linux turns quick acknowledgement off again by itself, hence once per read.
 */
final class QuickAck {
    private static final ChannelOption<Boolean> TCP_QUICKACK = NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK);

    private final ChannelConfig channel;
    private boolean supported = true;

    QuickAck(NetSocketInternal socket) {
        channel = socket.channelHandlerContext().channel().config();
    }

    /** Does nothing where the platform has no such option. */
    void rearm() {
        supported = supported && channel.setOption(TCP_QUICKACK, true);
    }
}
