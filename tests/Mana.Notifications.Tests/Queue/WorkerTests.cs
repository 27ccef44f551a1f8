using Mana.Notifications.Queue;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Queue;

/// <summary>The workers by themselves: several hosts, notifications, and the poll behind them. The clock stands still, so no poll happens by chance.</summary>
public sealed class WorkerTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task Several_hosts_on_one_database_deliver_each_mail_once()
    {
        var recipients = Enumerable.Range(0, 100).Select(_ => Samples.Address()).ToList();
        var keys = new List<string>();
        foreach (var recipient in recipients)
            keys.Add(await fixture.EnqueueAsync(Samples.Reset(recipient)));

        var hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => fixture.StartHostAsync("Deliver=true", "Lanes=4")));
        foreach (var key in keys)
            await fixture.StateAsync(key, "sent");
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));

        Assert.All(recipients, recipient => Assert.Single(fixture.Server.MailsTo(recipient)));
        Assert.Equal(100, fixture.Server.Mails.Where(mail => recipients.Contains(mail.Recipients[0], StringComparer.Ordinal)).Select(mail => mail["Message-ID"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(100, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE key = ANY($1) AND attempts = 1", (object)keys.ToArray()));
    }

    [Fact]
    public async Task A_mail_that_another_host_queued_is_sent_at_once()
    {
        await using var host = await fixture.StartHostAsync("Deliver=true");
        // The first one may be found when the worker starts; the second only by being told of it.
        await fixture.StateAsync(await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), "sent");
        await fixture.StateAsync(await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), "sent");
    }

    [Fact]
    public async Task A_lost_notification_costs_one_poll_and_no_mail()
    {
        await using var host = await fixture.StartHostAsync("Deliver=true");
        await fixture.StateAsync(await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), "sent");
        await fixture.ScalarAsync<object>("ALTER TABLE notify.deliveries DISABLE TRIGGER deliveries_wake");
        try
        {
            var key = await fixture.EnqueueAsync(Samples.Reset(Samples.Address()));
            Assert.Equal("queued", (await fixture.RowAsync(key)).State);
            for (var start = TimeProvider.System.GetTimestamp(); (await fixture.RowAsync(key)).State != "sent";)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 30, "The poll has not found the mail.");
                fixture.Clock.Advance(QueueSignal.PollInterval);
                await Task.Yield();
            }
        }
        finally
        {
            await fixture.ScalarAsync<object>("ALTER TABLE notify.deliveries ENABLE TRIGGER deliveries_wake");
        }
    }

    [Fact]
    public async Task A_slow_server_holds_up_one_lane_and_not_the_others()
    {
        await using var host = await fixture.StartHostAsync("Deliver=true", "Lanes=2");
        var slow = Samples.Address("slow");
        await fixture.EnqueueAsync(Samples.Reset(slow));
        await fixture.Server.AttemptedAsync(slow);
        for (var i = 0; i < 5; i++)
            await fixture.StateAsync(await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), "sent");
        Assert.Empty(fixture.Server.MailsTo(slow));
        await fixture.ScalarAsync<object>("DELETE FROM notify.deliveries WHERE recipient = $1", slow);
    }

    [Fact]
    public async Task A_host_that_does_not_deliver_only_queues()
    {
        var key = await fixture.EnqueueAsync(Samples.Reset(Samples.Address()));
        await fixture.Host.Services.GetRequiredService<MailWorker>().ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("queued", (await fixture.RowAsync(key)).State);
        await fixture.DrainAsync();
    }
}
