using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mana.Notifications.Templates;
using Mana.Notifications.Transports;

namespace Mana.Notifications.Tests.Transports;

/// <summary>The transport alone, against real servers that are well or not.</summary>
public sealed class SmtpTests
{
    [Fact]
    public async Task With_STARTTLS_and_credentials_the_mail_goes_out_encrypted_and_signed_in()
    {
        using var certificate = new ServerCertificate(trusted: true);
        await using var server = await MailServer.StartAsync(user: "mana:secret word", certificate: certificate.File);
        var recipient = Samples.Address();

        Assert.Equal(new TransportResult.Accepted(), await SendAsync(server.Port, recipient, user: "mana", password: "secret word"));
        await server.CatchUpAsync();
        var mail = Assert.Single(server.MailsTo(recipient));
        Assert.Equal((true, "mana"), (mail.Tls, mail.User));
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_gets_neither_credentials_nor_mail()
    {
        using var certificate = new ServerCertificate(trusted: false);
        await using var server = await MailServer.StartAsync(user: "mana:secret", certificate: certificate.File);

        var result = await SendAsync(server.Port, Samples.Address(), user: "mana", password: "secret");
        Assert.Equal("tls", Assert.IsType<TransportResult.Deferred>(result).Code);
        await server.CatchUpAsync();
        Assert.Empty(server.SignIns);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_neither_credentials_nor_mail()
    {
        await using var server = await MailServer.StartAsync(user: "mana:secret");
        Assert.IsType<TransportResult.Deferred>(await SendAsync(server.Port, Samples.Address(), user: "mana", password: "secret"));
        await server.CatchUpAsync();
        Assert.Empty(server.SignIns);
        Assert.Empty(server.Mails);
    }

    /// <summary>Somebody will put it right; until then no mail is thrown away.</summary>
    [Theory]
    [InlineData("mana", "wrong")]
    [InlineData(null, null)]
    public async Task Wrong_or_missing_credentials_put_the_mail_off(string? user, string? password)
    {
        using var certificate = new ServerCertificate(trusted: true);
        await using var server = await MailServer.StartAsync(user: "mana:secret", certificate: certificate.File);
        var result = await SendAsync(server.Port, Samples.Address(), user: user, password: password);
        Assert.StartsWith("53", Assert.IsType<TransportResult.Deferred>(result).Code, StringComparison.Ordinal);
        await server.CatchUpAsync();
        Assert.Equal(user is null ? 0 : 1, server.SignIns.Count());
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task Nobody_at_the_port_puts_the_mail_off()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal("network ConnectionRefused", Assert.IsType<TransportResult.Deferred>(await SendAsync(port, Samples.Address(), startTls: false)).Code);
    }

    [Theory]
    [InlineData("slow")]
    [InlineData("silent")]
    public async Task A_server_that_does_not_answer_is_left_after_the_time_out(string behaviour)
    {
        await using var server = await MailServer.StartAsync();
        await LeftInTimeAsync(server.Port, Samples.Address(behaviour));
    }

    [Fact]
    public async Task A_port_that_accepts_and_says_nothing_is_left_after_the_time_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await LeftInTimeAsync(((IPEndPoint)listener.LocalEndpoint).Port, Samples.Address());
    }

    [Fact]
    public async Task A_port_that_speaks_something_else_puts_the_mail_off()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var sending = SendAsync(((IPEndPoint)listener.LocalEndpoint).Port, Samples.Address(), startTls: false);
        using (var other = await listener.AcceptTcpClientAsync())
            await other.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        Assert.IsType<TransportResult.Deferred>(await sending);
    }

    [Fact]
    public async Task A_stopping_host_gives_a_conversation_a_few_more_seconds_and_not_the_whole_time_out()
    {
        await using var server = await MailServer.StartAsync();
        var recipient = Samples.Address("slow");
        using var stopping = new CancellationTokenSource();
        var start = Stopwatch.GetTimestamp();
        var sending = SendAsync(server.Port, recipient, startTls: false, timeout: 120, stopping: stopping.Token);
        await server.AttemptedAsync(recipient);
        await stopping.CancelAsync();
        Assert.Equal("timeout", Assert.IsType<TransportResult.Deferred>(await sending).Code);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 4, 60);
    }

    static async Task LeftInTimeAsync(int port, string recipient)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.Equal("timeout", Assert.IsType<TransportResult.Deferred>(await SendAsync(port, recipient, startTls: false, timeout: 1)).Code);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 30);
    }

    static async Task<TransportResult> SendAsync(
        int port, string recipient, bool startTls = true, string? user = null, string? password = null, int timeout = 30, CancellationToken stopping = default)
    {
        var options = new NotificationsOptions
        {
            SmtpHost = "127.0.0.1",
            SmtpPort = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            SmtpStartTls = startTls,
            SmtpUser = user,
            SmtpPassword = password,
            SmtpTimeoutSeconds = timeout,
        };
        var content = MailRenderer.Render(Contracts.MailTemplates.MagicLink, "de", Samples.Values(Contracts.MailTemplates.MagicLink))!;
        return await new SmtpTransport(options, new MailMessages(options)).SendAsync(new OutgoingMail(Guid.NewGuid(), "magic-link", recipient, content), stopping);
    }
}
