// The core cases through the Go SDK. Prints one line per case; exits with 1 when one failed.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	sb "github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"
)

var ctx, stop = context.WithTimeout(context.Background(), 150*time.Second)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func that(holds bool, format string, args ...any) {
	if !holds {
		panic(fmt.Sprintf(format, args...))
	}
}

func body(text string) *sb.Message { return &sb.Message{Body: []byte(text)} }

func plainReceiver(client *sb.Client, options *sb.ReceiverOptions) *sb.Receiver {
	receiver, err := client.NewReceiverForQueue("plain", options)
	check(err)
	return receiver
}

func one(receiver *sb.Receiver) *sb.ReceivedMessage {
	messages, err := receiver.ReceiveMessages(ctx, 1, nil)
	check(err)
	that(len(messages) == 1, "%d messages for 1", len(messages))
	return messages[0]
}

func properties(client *sb.Client, sender *sb.Sender) {
	check(sender.SendMessage(ctx, &sb.Message{
		Body: []byte("hällo"), MessageID: to.Ptr("id-1"), Subject: to.Ptr("s"), CorrelationID: to.Ptr("c"),
		ContentType: to.Ptr("text/plain"), To: to.Ptr("t"), ReplyTo: to.Ptr("r"), TimeToLive: to.Ptr(time.Hour),
		ApplicationProperties: map[string]any{"a": "b", "n": int64(42), "f": 1.5, "y": true},
	}, nil))
	receiver := plainReceiver(client, nil)
	defer receiver.Close(ctx)
	peeked, err := receiver.PeekMessages(ctx, 5, nil)
	check(err)
	that(len(peeked) == 1 && string(peeked[0].Body) == "hällo", "peeked %v", peeked)
	m := one(receiver)
	that(m.MessageID == "id-1" && *m.Subject == "s" && *m.CorrelationID == "c" && *m.ContentType == "text/plain" && *m.To == "t" && *m.ReplyTo == "r", "%+v", m)
	that(m.ApplicationProperties["n"] == int64(42) && m.ApplicationProperties["a"] == "b" && m.ApplicationProperties["f"] == 1.5 && m.ApplicationProperties["y"] == true, "%v", m.ApplicationProperties)
	that(*m.TimeToLive == time.Hour, "ttl %v", *m.TimeToLive)
	that(m.DeliveryCount == 1, "delivered %d times", m.DeliveryCount)
	that(m.EnqueuedTime != nil && m.LockedUntil != nil && m.SequenceNumber != nil && m.ExpiresAt != nil, "%+v", m)
	check(receiver.CompleteMessage(ctx, m, nil))
}

func batches(client *sb.Client, sender *sb.Sender) {
	batch, err := sender.NewMessageBatch(ctx, nil)
	check(err)
	for i := range 200 {
		check(batch.AddMessage(body(fmt.Sprint(i)), nil))
	}
	check(sender.SendMessageBatch(ctx, batch, nil))
	receiver := plainReceiver(client, nil)
	defer receiver.Close(ctx)
	for next := 0; next < 200; {
		messages, err := receiver.ReceiveMessages(ctx, 64, nil)
		check(err)
		for _, m := range messages {
			that(string(m.Body) == fmt.Sprint(next), "got %s for %d", m.Body, next)
			next++
			check(receiver.CompleteMessage(ctx, m, nil))
		}
	}
	small, err := sender.NewMessageBatch(ctx, &sb.MessageBatchOptions{MaxBytes: 500})
	check(err)
	for err == nil {
		err = small.AddMessage(body("0123456789012345678901234567890123456789"), nil)
	}
	that(errors.Is(err, sb.ErrMessageTooLarge), "%v", err)
	err = sender.SendMessage(ctx, &sb.Message{Body: make([]byte, 400*1024)}, nil)
	that(errors.Is(err, sb.ErrMessageTooLarge), "too large: %v", err)
	check(sender.SendMessage(ctx, body("after"), nil))
	check(receiver.CompleteMessage(ctx, one(receiver), nil))
}

func settling(client *sb.Client, sender *sb.Sender) {
	check(sender.SendMessage(ctx, body("again"), nil))
	receiver := plainReceiver(client, nil)
	defer receiver.Close(ctx)
	m := one(receiver)
	check(receiver.AbandonMessage(ctx, m, &sb.AbandonMessageOptions{PropertiesToModify: map[string]any{"changed": "yes"}}))
	m = one(receiver)
	that(m.ApplicationProperties["changed"] == "yes", "%v", m.ApplicationProperties)
	that(m.DeliveryCount == 2, "delivered %d times", m.DeliveryCount)
	check(receiver.RenewMessageLock(ctx, m, nil))
	check(receiver.DeferMessage(ctx, m, &sb.DeferMessageOptions{PropertiesToModify: map[string]any{"deferred": int32(1)}}))
	deferred, err := receiver.ReceiveDeferredMessages(ctx, []int64{*m.SequenceNumber}, nil)
	check(err)
	that(len(deferred) == 1 && string(deferred[0].Body) == "again" && deferred[0].ApplicationProperties["deferred"] == int32(1), "%v", deferred)
	check(receiver.RenewMessageLock(ctx, deferred[0], nil))
	check(receiver.DeadLetterMessage(ctx, deferred[0], &sb.DeadLetterOptions{Reason: to.Ptr("why"), ErrorDescription: to.Ptr("because"), PropertiesToModify: map[string]any{"p": "q"}}))
	dead := plainReceiver(client, &sb.ReceiverOptions{SubQueue: sb.SubQueueDeadLetter})
	defer dead.Close(ctx)
	corpse := one(dead)
	that(*corpse.DeadLetterReason == "why" && *corpse.DeadLetterErrorDescription == "because" && corpse.ApplicationProperties["p"] == "q", "%+v", corpse)
	check(dead.CompleteMessage(ctx, corpse, nil))
	_, err = receiver.ReceiveDeferredMessages(ctx, []int64{987654}, nil)
	that(err != nil, "an absent message was received")
	// The link is gone, so this settles through $management.
	check(sender.SendMessage(ctx, body("elsewhere"), nil))
	other := plainReceiver(client, nil)
	m = one(other)
	check(other.Close(ctx))
	check(receiver.CompleteMessage(ctx, m, nil))
	// And this, too, knowing no more than the token.
	check(sender.SendMessage(ctx, body("token"), nil))
	m = one(receiver)
	check(receiver.RenewMessageLock(ctx, &sb.ReceivedMessage{LockToken: m.LockToken}, nil))
	check(receiver.CompleteMessage(ctx, &sb.ReceivedMessage{LockToken: m.LockToken}, nil))
	err = receiver.RenewMessageLock(ctx, &sb.ReceivedMessage{LockToken: m.LockToken}, nil)
	var problem *sb.Error
	that(errors.As(err, &problem) && problem.Code == sb.CodeLockLost, "renewed after the end: %v", err)
}

func receiveAndDelete(client *sb.Client, sender *sb.Sender) {
	for i := range 10 {
		check(sender.SendMessage(ctx, body(fmt.Sprint(i)), nil))
	}
	receiver := plainReceiver(client, &sb.ReceiverOptions{ReceiveMode: sb.ReceiveModeReceiveAndDelete})
	seen := 0
	for seen < 10 {
		messages, err := receiver.ReceiveMessages(ctx, 3, nil)
		check(err)
		seen += len(messages)
	}
	check(receiver.Close(ctx))
}

func emptyWait(client *sb.Client, sender *sb.Sender) {
	receiver := plainReceiver(client, nil)
	defer receiver.Close(ctx)
	for range 3 {
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		_, err := receiver.ReceiveMessages(short, 10, nil)
		cancel()
		that(errors.Is(err, context.DeadlineExceeded), "%v", err)
		check(sender.SendMessage(ctx, body("still"), nil))
		m := one(receiver)
		check(receiver.CompleteMessage(ctx, m, nil))
	}
}

func scheduling(client *sb.Client, sender *sb.Sender) {
	numbers, err := sender.ScheduleMessages(ctx, []*sb.Message{body("a"), body("b")}, time.Now().Add(time.Hour), nil)
	check(err)
	that(len(numbers) == 2, "%v", numbers)
	check(sender.CancelScheduledMessages(ctx, numbers, nil))
	_, err = sender.ScheduleMessages(ctx, []*sb.Message{body("soon")}, time.Now().Add(500*time.Millisecond), nil)
	check(err)
	check(sender.SendMessage(ctx, &sb.Message{Body: []byte("soon2"), ScheduledEnqueueTime: to.Ptr(time.Now().Add(time.Second))}, nil))
	receiver := plainReceiver(client, nil)
	defer receiver.Close(ctx)
	m := one(receiver)
	that(string(m.Body) == "soon", "%s", m.Body)
	check(receiver.CompleteMessage(ctx, m, nil))
	m = one(receiver)
	that(string(m.Body) == "soon2", "%s", m.Body)
	check(receiver.CompleteMessage(ctx, m, nil))
	that(sender.CancelScheduledMessages(ctx, numbers, nil) != nil, "cancelled twice")
}

func sessions(client *sb.Client, _ *sb.Sender) {
	sender, err := client.NewSender("sessions", nil)
	check(err)
	for i := range 6 {
		check(sender.SendMessage(ctx, &sb.Message{Body: []byte(fmt.Sprint(i)), SessionID: to.Ptr(fmt.Sprint("s", i%2))}, nil))
	}
	s0, err := client.AcceptSessionForQueue(ctx, "sessions", "s0", nil)
	check(err)
	_, err = client.AcceptSessionForQueue(ctx, "sessions", "s0", nil)
	that(err != nil, "accepted twice")
	next, err := client.AcceptNextSessionForQueue(ctx, "sessions", nil)
	check(err)
	that(next.SessionID() == "s1", "%s", next.SessionID())
	state, err := s0.GetSessionState(ctx, nil)
	check(err)
	that(state == nil, "%v", state)
	check(s0.SetSessionState(ctx, []byte{1, 2, 0, 255}, nil))
	state, err = s0.GetSessionState(ctx, nil)
	check(err)
	that(bytes.Equal(state, []byte{1, 2, 0, 255}), "%v", state)
	check(s0.SetSessionState(ctx, nil, nil))
	state, err = s0.GetSessionState(ctx, nil)
	check(err)
	that(state == nil, "%v", state)
	before := s0.LockedUntil()
	check(s0.RenewSessionLock(ctx, nil))
	that(!s0.LockedUntil().Before(before), "lock went back")
	for s, receiver := range []*sb.SessionReceiver{s0, next} {
		peeked, err := receiver.PeekMessages(ctx, 10, &sb.PeekMessagesOptions{FromSequenceNumber: to.Ptr(int64(0))})
		check(err)
		that(len(peeked) == 3, "%d peeked", len(peeked))
		for i := s; i < 6; {
			messages, err := receiver.ReceiveMessages(ctx, 5, nil)
			check(err)
			for _, m := range messages {
				that(string(m.Body) == fmt.Sprint(i), "%s for %d", m.Body, i)
				i += 2
				check(receiver.CompleteMessage(ctx, m, nil))
			}
		}
		check(receiver.Close(ctx))
	}
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	_, err = client.AcceptNextSessionForQueue(short, "sessions", nil)
	cancel()
	that(err != nil, "a session without messages")
	again, err := client.AcceptSessionForQueue(ctx, "sessions", "s0", nil)
	check(err)
	check(again.Close(ctx))
	check(sender.Close(ctx))
}

func absent(client *sb.Client, _ *sb.Sender) {
	receiver, err := client.NewReceiverForQueue("nowhere", nil)
	check(err)
	_, err = receiver.ReceiveMessages(ctx, 1, nil)
	var problem *sb.Error
	that(errors.As(err, &problem) && problem.Code == sb.CodeNotFound, "%v", err)
	sender, err := client.NewSender("nowhere", nil)
	check(err)
	err = sender.SendMessage(ctx, body("x"), nil)
	that(errors.As(err, &problem) && problem.Code == sb.CodeNotFound, "%v", err)
}

func many(client *sb.Client, sender *sb.Sender) {
	const count = 1000
	var senders sync.WaitGroup
	for g := range 10 {
		senders.Add(1)
		go func() {
			defer senders.Done()
			for i := range count / 10 {
				check(sender.SendMessage(ctx, body(fmt.Sprintf("%d-%d", g, i)), nil))
			}
		}()
	}
	seen := map[string]bool{}
	var lock sync.Mutex
	var receivers sync.WaitGroup
	for range 4 {
		receivers.Add(1)
		go func() {
			defer receivers.Done()
			receiver := plainReceiver(client, nil)
			defer receiver.Close(ctx)
			for {
				lock.Lock()
				done := len(seen) == count
				lock.Unlock()
				if done {
					return
				}
				short, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
				messages, err := receiver.ReceiveMessages(short, 20, nil)
				cancel()
				if err != nil {
					that(errors.Is(err, context.DeadlineExceeded), "%v", err)
				}
				for _, m := range messages {
					check(receiver.CompleteMessage(ctx, m, nil))
					lock.Lock()
					that(!seen[string(m.Body)], "twice: %s", m.Body)
					seen[string(m.Body)] = true
					lock.Unlock()
				}
			}
		}()
	}
	senders.Wait()
	receivers.Wait()
}

func main() {
	defer stop()
	client, err := sb.NewClientFromConnectionString(os.Args[1], &sb.ClientOptions{RetryOptions: sb.RetryOptions{MaxRetries: 1}})
	check(err)
	sender, err := client.NewSender("plain", nil)
	check(err)
	failed := 0
	for _, c := range []struct {
		name string
		run  func(*sb.Client, *sb.Sender)
	}{{"properties", properties}, {"batches", batches}, {"settling", settling}, {"receive and delete", receiveAndDelete}, {"a wait for nothing", emptyWait}, {"scheduling", scheduling}, {"sessions", sessions}, {"absent queue", absent}, {"many at once", many}} {
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					failed = 1
					fmt.Printf("FAILED: %s: %v\n", c.name, problem)
				}
			}()
			c.run(client, sender)
			fmt.Println("ok:", c.name)
		}()
	}
	check(client.Close(ctx))
	os.Exit(failed)
}
