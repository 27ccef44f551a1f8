using Mana.Notifications.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Queue;

/// <summary>What gets into the queue, and what is thrown back at its caller.</summary>
public sealed class EnqueueTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task A_key_is_one_mail_however_often_and_from_wherever_it_is_queued()
    {
        var (recipient, key) = (Samples.Address(), Samples.NewKey());
        var other = await fixture.StartHostAsync();
        var mailers = new[] { fixture.Mailer, other.Services.GetRequiredService<IMailer>() };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => mailers[i % 2].EnqueueAsync(Samples.Reset(recipient, key), default)));

        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE recipient = $1", recipient));
        await fixture.DrainAsync();
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.MagicLink, recipient, key));
        await fixture.DrainAsync();
        Assert.Single(fixture.Server.MailsTo(recipient));
        Assert.Equal("sent", (await fixture.RowAsync(key)).State);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("resetLink")]
    public async Task A_missing_value_is_thrown_and_nothing_is_stored(string name)
    {
        var recipient = Samples.Address();
        foreach (var mail in (Mail[])[Samples.Reset(recipient).Without(name), Samples.Reset(recipient).With(name, " \r\n ")])
        {
            var thrown = await Assert.ThrowsAsync<ArgumentException>(() => fixture.EnqueueAsync(mail));
            Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE recipient = $1", recipient));
    }

    [Fact]
    public async Task Unknown_mails_and_values_bad_instants_and_bad_keys_are_thrown()
    {
        var good = Samples.Of(MailTemplates.PasswordChanged, Samples.Address());
        foreach (var mail in (Mail[])
                 [
                     good with { Template = "of-tomorrow" }, good.With("nickname", "x"), good.With("changedAt", "yesterday"), good with { Key = "" },
                     good with { Key = new string('x', 201) }, good with { Key = "a\nb" },
                 ])
            await Assert.ThrowsAsync<ArgumentException>(() => fixture.EnqueueAsync(mail));
        await fixture.EnqueueAsync(good);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("ada@")]
    [InlineData("ada@example.test\r\nBcc: eve@evil.example")]
    [InlineData("ada@example.test\n")]
    [InlineData("ada@example.test, eve@evil.example")]
    [InlineData("ada@example.test;eve@evil.example")]
    [InlineData("Ada <ada@example.test>")]
    [InlineData("<ada@example.test>")]
    [InlineData("ada @example.test")]
    [InlineData("ada@example.test ")]
    [InlineData("ada\0@example.test")]
    public async Task A_recipient_is_one_bare_address(string recipient) =>
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.EnqueueAsync(Samples.Reset(recipient)));

    [Fact]
    public async Task An_address_is_the_same_in_capitals_and_may_be_international()
    {
        var address = Samples.Address();
        await fixture.EnqueueAsync(Samples.Reset(address.ToUpperInvariant()));
        await fixture.EnqueueAsync(Samples.Reset($"jörg-{Guid.NewGuid():N}@bücher.test"));
        var inGerman = Samples.Address("ada").Replace("example", "bücher", StringComparison.Ordinal);
        await fixture.EnqueueAsync(Samples.Reset(inGerman));
        await fixture.DrainAsync();
        Assert.Single(fixture.Server.MailsTo(address));
        Assert.Single(fixture.Server.MailsTo(inGerman.Replace("bücher", "xn--bcher-kva", StringComparison.Ordinal)));
        Assert.Contains("SMTPUTF8", fixture.Server.Mails.Single(mail => mail.Recipients[0].StartsWith("jörg-", StringComparison.Ordinal)).Options);
    }

    [Theory]
    [InlineData("fr-FR", "de")]
    [InlineData("en-GB", "en")]
    public async Task A_mail_is_queued_in_a_language_that_exists(string locale, string language) =>
        Assert.Equal(language, (await fixture.RowAsync(await fixture.EnqueueAsync(Samples.Reset(Samples.Address(), locale: locale)))).Locale);

    [Fact]
    public async Task A_nul_in_a_name_does_not_keep_the_mail_from_the_queue()
    {
        var key = await fixture.EnqueueAsync(Samples.Reset(Samples.Address()).With("name", "A\0da"));
        Assert.Contains("\"Ada\"", (await fixture.RowAsync(key)).Values, StringComparison.Ordinal);
    }

    [Fact]
    public void What_strangers_can_cause_leaves_room_for_a_warning()
    {
        var options = fixture.Host.Services.GetRequiredService<NotificationsOptions>();
        Assert.InRange(options.PerHour.Values.Sum(), 1, options.MailsPerHour - 2);
    }
}
