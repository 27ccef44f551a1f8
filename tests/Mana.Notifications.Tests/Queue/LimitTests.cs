using Mana.Notifications.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Queue;

/// <summary>Nobody's mailbox is flooded through us.</summary>
public sealed class LimitTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task An_address_gets_so_many_mails_within_an_hour_and_further_ones_afterwards()
    {
        var mailer = await MailerAsync("Limits=true", "MailsPerHour=5");
        var recipient = Samples.Address();
        // All at once, so that a limit that is counted before others have written would let more through.
        var mails = Enumerable.Range(0, 20).Select(_ => Samples.Of(MailTemplates.PasswordChanged, recipient)).ToList();
        await Task.WhenAll(mails.Select(mail => mailer.EnqueueAsync(mail, default)));

        Assert.Equal(5, await CountAsync(recipient, "queued"));
        Assert.Equal(15, await CountAsync(recipient, "suppressed"));
        Assert.Equal(15, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries d WHERE recipient = $1 AND last_error = 'recipient_rate' AND d.values IS NULL", recipient));
        await mailer.EnqueueAsync(Samples.Of(MailTemplates.PasswordChanged, Samples.Address()), default);

        fixture.Clock.Advance(TimeSpan.FromMinutes(61));
        await mailer.EnqueueAsync(Samples.Of(MailTemplates.PasswordChanged, recipient), default);
        Assert.Equal(6, await CountAsync(recipient, "queued"));
    }

    [Fact]
    public async Task A_kind_of_mail_has_a_limit_of_its_own_and_leaves_the_others_alone()
    {
        var mailer = await MailerAsync("Limits=true");
        var recipient = Samples.Address();
        for (var i = 0; i < 5; i++)
            await mailer.EnqueueAsync(Samples.Reset(recipient), default);
        await mailer.EnqueueAsync(Samples.Of(MailTemplates.PasswordChanged, recipient), default);

        Assert.Equal((4, 2), (await CountAsync(recipient, "queued"), await CountAsync(recipient, "suppressed")));
        Assert.Equal(2, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE recipient = $1 AND last_error = 'template_rate'", recipient));
        await fixture.DrainAsync();
        Assert.Equal(4, fixture.Server.MailsTo(recipient).Count());
    }

    [Fact]
    public async Task In_Development_there_is_no_limit_unless_it_is_asked_for()
    {
        var recipient = Samples.Address();
        for (var i = 0; i < 25; i++)
            await fixture.EnqueueAsync(Samples.Reset(recipient));
        Assert.Equal(25, await CountAsync(recipient, "queued"));
    }

    async Task<IMailer> MailerAsync(params string[] settings) => (await fixture.StartHostAsync(settings)).Services.GetRequiredService<IMailer>();

    Task<long> CountAsync(string recipient, string state) =>
        fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE recipient = $1 AND state = $2", recipient, state);
}
