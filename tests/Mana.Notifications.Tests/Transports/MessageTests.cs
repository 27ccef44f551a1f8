using Mana.Notifications.Contracts;

namespace Mana.Notifications.Tests.Transports;

/// <summary>The message as a server and its reader get it; parsed by Python's standard library, not by us.</summary>
public sealed class MessageTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    static readonly string[] Expected =
    [
        "MIME-Version", "From", "Sender", "To", "Reply-To", "Date", "Subject", "Content-Type", "Message-ID", "Content-Language", "Auto-Submitted",
    ];

    [Fact]
    public async Task A_mail_has_two_parts_of_one_content_and_says_who_it_is_from()
    {
        var host = await fixture.StartHostAsync("From=Mana Büro <noreply@mana.test>", "ReplyTo=Hilfe <help@mana.test>", "ReturnPath=bounces@mana.test");
        var recipient = Samples.Address();
        await fixture.EnqueueAsync(Samples.Reset(recipient).With("name", "Jörg & Söhne"));
        await fixture.DrainAsync(host);

        var mail = fixture.Server.MailsTo(recipient).Single();
        Assert.Equal(("bounces@mana.test", "Mana Büro <noreply@mana.test>", "Hilfe <help@mana.test>"), (mail.Sender, mail["From"], mail["Reply-To"]));
        Assert.Equal("Passwort zurücksetzen — Mana", mail["Subject"]);
        Assert.Equal(["multipart/alternative", "text/plain", "text/html"], mail.Types);
        Assert.Equal(("de", "auto-generated"), (mail["Content-Language"], mail["Auto-Submitted"]));
        Assert.EndsWith("@mana.test>", mail["Message-ID"], StringComparison.Ordinal);
        Assert.Contains("Hallo Jörg & Söhne,", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Hallo Jörg &amp; Söhne,", mail.Html, StringComparison.Ordinal);
        foreach (var part in (string[])[mail.Text, mail.Html])
            Assert.Contains("http://localhost:3001/resetLink?token=t-resetLink", part, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Templates.CatalogTests.All), MemberType = typeof(Templates.CatalogTests))]
    public async Task Every_mail_travels_whole(string template, string language)
    {
        var recipient = Samples.Address();
        await fixture.EnqueueAsync(Samples.Of(template, recipient, locale: language));
        await fixture.DrainAsync();
        var mail = fixture.Server.MailsTo(recipient).Single();
        var written = Notifications.Templates.MailRenderer.Render(template, language, Samples.Values(template))!;
        Assert.Equal((written.Subject, written.Text.TrimEnd(), written.Html.TrimEnd()), (mail["Subject"], Lines(mail.Text), Lines(mail.Html)));
        Assert.Equal(template == MailTemplates.Reminder, mail.Raw.Contains($"List-Unsubscribe: <{Samples.Values(template).GetValueOrDefault("settingsLink")}>", StringComparison.OrdinalIgnoreCase));

        static string Lines(string part) => part.ReplaceLineEndings("\n").TrimEnd();
    }

    /// <summary>What every server on the way understands, although the first one would take more.</summary>
    [Fact]
    public async Task A_mail_travels_as_ASCII_with_lines_that_end_as_they_must()
    {
        var recipient = Samples.Address();
        await fixture.EnqueueAsync(Samples.Reset(recipient).With("name", "Jörg 👩‍👩‍👧"));
        await fixture.DrainAsync();
        var mail = fixture.Server.MailsTo(recipient).Single();
        Assert.DoesNotContain(mail.Raw, letter => letter is > '~' or (< ' ' and not '\r' and not '\n'));
        foreach (var part in (string[])[mail.Raw, mail.Text, mail.Html])
            Assert.Equal(part.Count(letter => letter == '\n'), part.Split("\r\n").Length - 1);
        Assert.DoesNotContain(mail.Raw.Split("\r\n"), line => line.Length > 78 && !line.StartsWith("Message-ID", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("SMTPUTF8", mail.Options);
        Assert.Contains("Jörg 👩‍👩‍👧", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_value_reaches_the_headers()
    {
        const string Break = "x\r\nBcc: eve@evil.example\r\n\r\n<h1>body</h1>\r\n.\r\nMAIL FROM:<eve@evil.example>";
        foreach (var template in (string[])[MailTemplates.Invitation, MailTemplates.NewDevice, MailTemplates.PasskeyAdded])
        {
            var recipient = Samples.Address();
            var spoiled = Samples.Values(template).ToDictionary(
                value => value.Key, value => value.Key.EndsWith("Link", StringComparison.Ordinal) || value.Key.EndsWith("At", StringComparison.Ordinal) ? value.Value : Break, StringComparer.Ordinal);
            await fixture.EnqueueAsync(Samples.Of(template, recipient) with { Values = spoiled });
            await fixture.DrainAsync();

            var mail = fixture.Server.MailsTo(recipient).Single();
            Assert.Equal([recipient], mail.Recipients);
            Assert.All(mail.Headers, header => Assert.Contains(header[0], Expected, StringComparer.OrdinalIgnoreCase));
            Assert.DoesNotContain(mail.Headers, header => header[1].Contains("evil", StringComparison.Ordinal));
            Assert.DoesNotContain("<h1>", mail.Html, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(fixture.Server.Mails, mail => mail.Recipients.Contains("eve@evil.example", StringComparer.Ordinal) || mail.Sender == "eve@evil.example");
    }

    [Fact]
    public async Task A_link_with_a_line_break_is_stopped_before_the_queue() => await Assert.ThrowsAsync<ArgumentException>(
        () => fixture.EnqueueAsync(Samples.Reset(Samples.Address()).With("resetLink", "https://evil.example/\r\nBcc: eve@evil.example")));
}
