using System.Text;
using System.Text.Json.Nodes;
using Mana.Kernel.Privacy;
using Mana.Notifications.Contracts;
using Mana.Notifications.Privacy;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Privacy;

/// <summary>What is known about a person's mail can be told and taken away; the log forgets by itself.</summary>
public sealed class PersonalDataTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    IPersonalData Data => fixture.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "notifications");

    [Fact]
    public async Task The_export_tells_of_one_s_own_mails_and_of_no_token()
    {
        var (ada, bob) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        var address = Samples.Address();
        await fixture.EnqueueAsync(Samples.Reset(address, userId: ada));
        await fixture.DrainAsync();
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.PasswordChanged, address, userId: ada));
        await fixture.EnqueueAsync(Samples.Reset(Samples.Address("bob"), userId: bob));

        using var output = new MemoryStream();
        await Data.ExportAsync(ada, output, default);
        var text = Encoding.UTF8.GetString(output.ToArray());
        var mails = JsonNode.Parse(text)!["mails"]!.AsArray();
        Assert.Equal([("reset-password", "sent"), ("password-changed", "queued")], mails.Select(mail => ((string)mail!["template"]!, (string)mail["state"]!)));
        Assert.All(mails, mail => Assert.Equal(address, (string)mail!["recipient"]!));
        foreach (var hidden in (string[])["token", "bob", "the name"])
            Assert.DoesNotContain(hidden, text, StringComparison.Ordinal);
        await fixture.DrainAsync();
    }

    [Fact]
    public async Task After_erasure_nothing_names_the_person_and_the_farewell_still_goes_out()
    {
        var (ada, bob) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        var (address, unknown, other) = (Samples.Address(), Samples.Address("unknown"), Samples.Address("bob"));
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.Invitation, address));
        await fixture.EnqueueAsync(Samples.Reset(address, userId: ada));
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.EmailChangeConfirm, unknown, userId: ada));
        var kept = await fixture.EnqueueAsync(Samples.Reset(other, userId: bob));
        await fixture.DrainAsync();
        await fixture.EnqueueAsync(Samples.Reset(address, userId: ada));
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.suppressions"));

        await Data.EraseAsync(ada, default);
        var farewell = await fixture.EnqueueAsync(Samples.Of(MailTemplates.AccountDeleted, address));
        await Data.EraseAsync(ada, default);

        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries d WHERE user_id = $1 OR d::text LIKE '%' || $2 || '%'", ada, unknown));
        Assert.Equal(1, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE recipient = $1", address));
        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.suppressions"));
        Assert.Equal("sent", (await fixture.RowAsync(kept)).State);
        await fixture.DrainAsync();
        Assert.Equal("sent", (await fixture.RowAsync(farewell)).State);
        Assert.Equal(3, fixture.Server.MailsTo(address).Count());
    }

    [Fact]
    public async Task The_log_forgets_after_its_time_and_never_what_still_waits()
    {
        var (sent, waiting) = (await fixture.EnqueueAsync(Samples.Reset(Samples.Address())), await fixture.EnqueueAsync(Samples.Reset(Samples.Address("later-9-"))));
        await fixture.EnqueueAsync(Samples.Reset(Samples.Address("unknown")));
        await fixture.DrainAsync();
        var log = fixture.Host.Services.GetRequiredService<DeliveryLog>();
        var suppressed = await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.suppressions");

        fixture.Clock.Advance(TimeSpan.FromDays(6.9));
        await log.PurgeAsync(default);
        Assert.Equal(suppressed, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.suppressions"));
        fixture.Clock.Advance(TimeSpan.FromDays(23));
        await log.PurgeAsync(default);
        Assert.Equal("sent", (await fixture.RowAsync(sent)).State);
        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.suppressions"));

        fixture.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.True(await log.PurgeAsync(default) >= 2);
        Assert.Equal(0, await fixture.ScalarAsync<long>("SELECT count(*) FROM notify.deliveries WHERE key = $1", sent));
        Assert.Equal("queued", (await fixture.RowAsync(waiting)).State);
        await fixture.ScalarAsync<object>("DELETE FROM notify.deliveries WHERE key = $1", waiting);
    }
}
