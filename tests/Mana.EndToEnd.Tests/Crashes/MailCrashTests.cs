using System.Globalization;
using Mana.Testing;
using Mana.Testing.Mail;

namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>kill -9 at the worst moment of a mail: the server has it, and nobody has written that down.</summary>
public sealed class MailCrashTests
{
    [Fact]
    public async Task A_mail_in_the_hands_of_a_killed_host_goes_out_again_under_the_same_id()
    {
        var database = await TestCluster.CreateDatabaseAsync(migrated: false);
        await using var server = await MailServer.StartAsync();
        // "silent" takes the mail and never answers.
        const string Recipient = "silent@example.test";
        await using (var host = await HostProcess.StartAsync(
                         database, ("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", server.Port.ToString(CultureInfo.InvariantCulture)), ("SMTP_STARTTLS", "false")))
        {
            await Stored.ScalarAsync<object>(database, """
                INSERT INTO notify.deliveries (id, key, template, locale, recipient, values, state, attempts, next_attempt_at, created_at)
                VALUES (gen_random_uuid(), 'crash', 'magic-link', 'de', $1, '{"signInLink":"http://localhost:3001/x"}', 'queued', 0, now(), now())
                """, Recipient);
            await Eventually.TrueAsync("The mail is out", () => server.MailsTo(Recipient).Any());
            await host.KillAsync();
            Assert.Equal("sending", await Stored.ScalarAsync<string>(database, "SELECT state FROM notify.deliveries"));

            // Its claim would end by itself, a minute and a half later.
            await Stored.ScalarAsync<object>(database, "UPDATE notify.deliveries SET next_attempt_at = now()");
            await host.RestartAsync();
            await Eventually.TrueAsync("The mail is out again", () => server.MailsTo(Recipient).Count() == 2);
        }

        Assert.Single(server.MailsTo(Recipient).Select(mail => mail["Message-ID"]).Distinct(StringComparer.Ordinal));
        await TestCluster.DropDatabaseAsync(database);
    }
}
