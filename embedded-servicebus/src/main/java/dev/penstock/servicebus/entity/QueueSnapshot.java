package dev.penstock.servicebus.entity;

import java.util.List;

/** The changes that make a queue what it is at this moment. */
public record QueueSnapshot(String path, List<Change> changes) {
}
