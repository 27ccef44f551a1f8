using System.Net;
using System.Net.Http.Headers;
using Mana.Notifications.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Development;

/// <summary><c>/dev/mail</c> and the folder: how somebody without a mail server reads what the platform writes.</summary>
public sealed class DevMailTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task The_mails_of_an_address_can_be_read_with_their_links_newest_first()
    {
        var recipient = Samples.Address();
        await EnqueueAsync(Samples.Of(MailTemplates.MagicLink, recipient, locale: "en"));
        await EnqueueAsync(Samples.Reset(recipient, userId: "u1"));
        await EnqueueAsync(Samples.Reset(Samples.Address()));

        var mails = await Mailbox().OfAsync(recipient.ToUpperInvariant());
        Assert.Equal([MailTemplates.ResetPassword, MailTemplates.MagicLink], mails.Select(mail => mail.Template));
        Assert.Equal(("Passwort zurücksetzen — Mana", "de", "u1"), (mails[0].Subject, mails[0].Locale, mails[0].UserId));
        Assert.Equal("http://localhost:3001/signInLink?token=t-signInLink", mails[1].Link("signInLink").ToString());
        Assert.Contains("sign you in", mails[1].Text!.Replace("signs", "sign", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", mails[1].Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sent_mail_can_still_be_read_and_lies_in_the_folder()
    {
        var recipient = Samples.Address();
        await EnqueueAsync(Samples.Reset(recipient));
        for (var start = TimeProvider.System.GetTimestamp(); (await Mailbox().OfAsync(recipient))[0].State != "sent";)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 30, "The mail has not been written into the folder.");
            await Task.Delay(20);
        }

        Assert.Contains("t-resetLink", (await Mailbox().OfAsync(recipient))[0].Text, StringComparison.Ordinal);
        var folder = fixture.Host.Services.GetRequiredService<NotificationsOptions>().Folder;
        var files = Directory.EnumerateFiles(folder, "*-reset-password-*.eml").Select(File.ReadAllText).Where(text => text.Contains(recipient, StringComparison.Ordinal));
        Assert.Contains("Auto-Submitted: auto-generated", Assert.Single(files), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Directory.EnumerateDirectories(folder), aside => Directory.EnumerateFileSystemEntries(aside).Any());
    }

    [Fact]
    public async Task The_page_runs_nothing_whatever_the_mails_hold()
    {
        var recipient = Samples.Address();
        await EnqueueAsync(Samples.Of(MailTemplates.Invitation, recipient).With("space", "</iframe><script>alert(1)</script>\" onload=\"x"));
        using var http = fixture.Host.CreateClient();
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var answer = await http.GetAsync($"/dev/mail?recipient={Uri.EscapeDataString(recipient)}");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'unsafe-inline'", policy, StringComparison.Ordinal);
        Assert.Contains("Einladung in einen Space — Mana", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("<iframe sandbox ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\" onload", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("</iframe>").Length - 1);
        Assert.Contains("None yet.", await http.GetStringAsync("/dev/mail?recipient=" + Uri.EscapeDataString("\"><script>alert(1)</script>")), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", await http.GetStringAsync("/dev/mail?recipient=" + Uri.EscapeDataString("\"><script>alert(1)</script>")), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task It_exists_in_Development_only(string environment)
    {
        await using var host = new TestHost(fixture.Database) { Environment = environment }
            .With("Auth:BaseUrl", "https://auth.example.test").With("Auth:KeyEncryptionKey", Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]))
            .With("Origins:Trusted", "https://app.example.test").With("Auth:Cookies:Secret", "a-secret-of-this-test-and-of-no-other-0123456789")
            .With("Notifications:SmtpHost", "mail.example.test").With("Notifications:From", "Mana <noreply@example.test>").With("Notifications:Deliver", "false").With("Feedback:PseudonymSecret", "a-secret-of-this-test-and-of-no-other");
        await host.StartAsync();
        using var http = host.CreateClient();
        foreach (var path in (string[])["/dev/mail", "/dev/mail?recipient=ada@example.test"])
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path)).StatusCode);
        Assert.DoesNotContain("/dev/", await http.GetStringAsync("/openapi/v1.json"), StringComparison.Ordinal);
        Assert.False(host.Services.GetRequiredService<NotificationsOptions>().KeepValues);
        // Links follow the address of the issuer, and must be https.
        var mailer = host.Services.GetRequiredService<IMailer>();
        var mail = Samples.Of(MailTemplates.MagicLink, Samples.Address());
        await Assert.ThrowsAsync<ArgumentException>(() => mailer.EnqueueAsync(mail, default));
        await mailer.EnqueueAsync(mail.With("signInLink", "https://auth.example.test/x"), default);
        await mailer.EnqueueAsync(Samples.Of(MailTemplates.MagicLink, Samples.Address()).With("signInLink", "https://app.example.test/login"), default);
    }

    Mailbox Mailbox() => new(fixture.Host.CreateClient());

    Task EnqueueAsync(Mail mail) => fixture.Host.Services.GetRequiredService<IMailer>().EnqueueAsync(mail, default);
}
