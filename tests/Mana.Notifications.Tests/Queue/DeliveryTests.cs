using Mana.Notifications.Contracts;
using Mana.Notifications.Queue;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Queue;

/// <summary>From the queue to the server, with everything that can happen on the way.</summary>
public sealed class DeliveryTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(36);

    [Fact]
    public async Task A_sent_mail_is_written_down_without_its_values()
    {
        var recipient = Samples.Address();
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        Assert.Contains("t-resetLink", (await fixture.RowAsync(key)).Values, StringComparison.Ordinal);
        await fixture.DrainAsync();

        var row = await fixture.RowAsync(key);
        Assert.Equal(("sent", 1, null, null), (row.State, row.Attempts, row.LastError, row.Values));
        Assert.Equal(fixture.Clock.GetUtcNow(), row.SentAt);
        Assert.Equal($"<{row.Id:N}@localhost>", fixture.Server.MailsTo(recipient).Single()["Message-ID"]);
    }

    [Fact]
    public async Task A_server_that_says_later_is_asked_later_and_the_mail_arrives_once()
    {
        var recipient = Samples.Address("later-2-");
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        await fixture.DrainAsync();
        var first = await fixture.RowAsync(key);
        Assert.Equal(("queued", 1, "451 4.3.0"), (first.State, first.Attempts, first.LastError));
        Assert.InRange((first.NextAttemptAt - fixture.Clock.GetUtcNow()).TotalSeconds, 24, 36);
        Assert.NotNull(first.Values);

        await fixture.DrainAsync();
        Assert.Equal(1, fixture.Server.AttemptsFor(recipient));
        fixture.Clock.Advance(FirstWait);
        await fixture.DrainAsync();
        Assert.InRange(((await fixture.RowAsync(key)).NextAttemptAt - fixture.Clock.GetUtcNow()).TotalSeconds, 96, 144);
        fixture.Clock.Advance(TimeSpan.FromMinutes(3));
        await fixture.DrainAsync();

        Assert.Equal(("sent", 3), ((await fixture.RowAsync(key)).State, fixture.Server.AttemptsFor(recipient)));
        Assert.Single(fixture.Server.MailsTo(recipient));
    }

    [Fact]
    public async Task After_seven_attempts_within_a_day_a_mail_is_given_up()
    {
        var recipient = Samples.Address("full");
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        var start = fixture.Clock.GetUtcNow();
        while ((await fixture.RowAsync(key)).State == "queued")
        {
            if ((await fixture.RowAsync(key)).NextAttemptAt - fixture.Clock.GetUtcNow() is { Ticks: > 0 } wait)
                fixture.Clock.Advance(wait);
            await fixture.DrainAsync();
        }

        var row = await fixture.RowAsync(key);
        Assert.Equal(("failed", 7, "452 4.2.2", null), (row.State, row.Attempts, row.LastError, row.Values));
        Assert.Equal(7, fixture.Server.AttemptsFor(recipient));
        Assert.InRange((fixture.Clock.GetUtcNow() - start).TotalHours, 15, 24);
    }

    [Fact]
    public async Task An_address_that_nobody_has_gets_nothing_more_until_its_time_is_over()
    {
        foreach (var (behaviour, code) in ((string, string)[])[("unknown", "550 5.1.1"), ("plain550", "550")])
        {
            var recipient = Samples.Address(behaviour);
            var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
            await fixture.DrainAsync();
            var row = await fixture.RowAsync(key);
            Assert.Equal(("failed", 1, code, null), (row.State, row.Attempts, row.LastError, row.Values));

            var second = await fixture.EnqueueAsync(Samples.Of(MailTemplates.MagicLink, recipient.ToUpperInvariant()));
            await fixture.DrainAsync();
            Assert.Equal(("suppressed", "address", 1), ((await fixture.RowAsync(second)).State, (await fixture.RowAsync(second)).LastError, fixture.Server.AttemptsFor(recipient)));

            fixture.Clock.Advance(TimeSpan.FromDays(7.1));
            await fixture.EnqueueAsync(Samples.Reset(recipient));
            await fixture.DrainAsync();
            Assert.Equal(2, fixture.Server.AttemptsFor(recipient));
        }
    }

    [Theory]
    [InlineData("policy", "550 5.7.1")]
    [InlineData("spam", "554 5.6.0")]
    public async Task A_refusal_of_us_or_of_the_mail_is_final_and_does_not_blame_the_address(string behaviour, string code)
    {
        var recipient = Samples.Address(behaviour);
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        await fixture.DrainAsync();
        var row = await fixture.RowAsync(key);
        Assert.Equal(("failed", 1, code, null), (row.State, row.Attempts, row.LastError, row.Values));
        Assert.Equal("queued", (await fixture.RowAsync(await fixture.EnqueueAsync(Samples.Reset(recipient)))).State);
        await fixture.DrainAsync();
    }

    [Fact]
    public async Task A_refused_sender_does_not_blame_the_address_either()
    {
        var host = await fixture.StartHostAsync("From=Mana <banned@example.test>");
        var recipient = Samples.Address();
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        await fixture.DrainAsync(host);
        Assert.Equal(("failed", "550 5.7.1"), ((await fixture.RowAsync(key)).State, (await fixture.RowAsync(key)).LastError));
        Assert.Equal("queued", (await fixture.RowAsync(await fixture.EnqueueAsync(Samples.Reset(recipient)))).State);
        await fixture.DrainAsync();
        Assert.Single(fixture.Server.MailsTo(recipient));
    }

    [Fact]
    public async Task A_mail_that_is_no_longer_worth_it_is_not_sent()
    {
        var (late, early) = (Samples.Address(), Samples.Address());
        var expires = fixture.Clock.GetUtcNow().AddHours(1);
        var lateKey = await fixture.EnqueueAsync(Samples.Reset(late, expiresAt: expires));
        var earlyKey = await fixture.EnqueueAsync(Samples.Reset(early, expiresAt: expires.AddHours(1)));
        fixture.Clock.Advance(TimeSpan.FromHours(1));
        await fixture.DrainAsync();

        var row = await fixture.RowAsync(lateKey);
        Assert.Equal(("expired", null), (row.State, row.Values));
        Assert.Equal("sent", (await fixture.RowAsync(earlyKey)).State);
        Assert.Equal((0, 1), (fixture.Server.AttemptsFor(late), fixture.Server.AttemptsFor(early)));
    }

    [Fact]
    public async Task A_host_that_dies_with_a_mail_in_its_hands_leaves_it_to_the_next_one()
    {
        var recipient = Samples.Address();
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        var store = fixture.Host.Services.GetRequiredService<DeliveryStore>();
        var now = fixture.Clock.GetUtcNow();
        Assert.NotNull(await store.ClaimAsync(now, now.AddSeconds(90), default));

        // It is never heard of again. Until its claim ends nobody else sends.
        fixture.Clock.Advance(TimeSpan.FromSeconds(89));
        await fixture.DrainAsync();
        Assert.Equal(("sending", 0), ((await fixture.RowAsync(key)).State, fixture.Server.AttemptsFor(recipient)));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.DrainAsync();
        Assert.Equal(("sent", 2), ((await fixture.RowAsync(key)).State, (await fixture.RowAsync(key)).Attempts));
        Assert.Single(fixture.Server.MailsTo(recipient));
    }

    [Fact]
    public async Task A_late_answer_counts_when_it_says_sent_and_not_when_it_says_otherwise()
    {
        var store = fixture.Host.Services.GetRequiredService<DeliveryStore>();
        var keys = new[] { await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), await fixture.EnqueueAsync(Samples.Reset(Samples.Address())) };
        var slow = new List<ClaimedMail>();
        foreach (var _ in keys)
            slow.Add((await store.ClaimAsync(fixture.Clock.GetUtcNow(), fixture.Clock.GetUtcNow().AddSeconds(90), default))!);
        fixture.Clock.Advance(TimeSpan.FromSeconds(90));
        foreach (var _ in keys)
            Assert.NotNull(await store.ClaimAsync(fixture.Clock.GetUtcNow(), fixture.Clock.GetUtcNow().AddSeconds(90), default));

        await store.SettleAsync(slow[0], new Settlement.Sent(fixture.Clock.GetUtcNow()), false, default);
        await store.SettleAsync(slow[1], new Settlement.GivenUp("failed", "554"), false, default);
        await store.SettleAsync(slow[1], new Settlement.Later(fixture.Clock.GetUtcNow(), "451"), false, default);
        var states = await Task.WhenAll(keys.Select(fixture.RowAsync));
        Assert.Equal(["sent", "sending"], states.OrderBy(row => row.State == "sent" ? 0 : 1).Select(row => row.State));
        fixture.Clock.Advance(TimeSpan.FromSeconds(90));
        await fixture.DrainAsync();
    }

    [Fact]
    public async Task A_mail_that_every_host_dies_of_is_given_up()
    {
        var recipient = Samples.Address();
        var key = await fixture.EnqueueAsync(Samples.Reset(recipient));
        var store = fixture.Host.Services.GetRequiredService<DeliveryStore>();
        for (var death = 0; death < RetrySchedule.MaxAttempts; death++)
        {
            Assert.NotNull(await store.ClaimAsync(fixture.Clock.GetUtcNow(), fixture.Clock.GetUtcNow().AddSeconds(90), default));
            fixture.Clock.Advance(TimeSpan.FromSeconds(90));
        }

        await fixture.DrainAsync();
        var row = await fixture.RowAsync(key);
        Assert.Equal(("failed", "attempts", null), (row.State, row.LastError, row.Values));
        Assert.Equal(0, fixture.Server.AttemptsFor(recipient));
    }

    [Fact]
    public async Task A_mail_of_another_version_is_given_up_and_does_not_stop_the_others()
    {
        var (strange, good) = (await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), await fixture.EnqueueAsync(Samples.Reset(Samples.Address())));
        await fixture.ScalarAsync<string>("UPDATE notify.deliveries SET template = 'of-tomorrow' WHERE key = $1 RETURNING key", strange);
        await fixture.DrainAsync();
        Assert.Equal(("failed", "template"), ((await fixture.RowAsync(strange)).State, (await fixture.RowAsync(strange)).LastError));
        Assert.Equal("sent", (await fixture.RowAsync(good)).State);
    }
}
