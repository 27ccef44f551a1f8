using System.Collections.Concurrent;
using Mana.Notifications.Contracts;
using Mana.Notifications.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Notifications.Tests.Queue;

/// <summary>What an operator sees of the mail, and what nobody sees of it.</summary>
public sealed class ObservationTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task Results_are_counted_by_template_and_the_queue_is_measured()
    {
        foreach (var behaviour in (string[])["ada", "ada", "later-1-", "policy"])
            await fixture.EnqueueAsync(Samples.Reset(Samples.Address(behaviour)));
        await fixture.EnqueueAsync(Samples.Reset(Samples.Address(), expiresAt: fixture.Clock.GetUtcNow()));
        var unknown = Samples.Address("unknown");
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.MagicLink, unknown));
        await fixture.DrainAsync();
        await fixture.EnqueueAsync(Samples.Of(MailTemplates.MagicLink, unknown));
        fixture.Clock.Advance(TimeSpan.FromSeconds(20));
        await fixture.Host.Services.GetRequiredService<QueueGauges>().SampleAsync(default);

        using var http = fixture.Host.CreateClient();
        var metrics = await http.GetStringAsync("/metrics");
        foreach (var (template, result, count) in ((string, string, int)[])
                 [
                     ("reset-password", "sent", 2), ("reset-password", "retried", 1), ("reset-password", "failed", 1), ("reset-password", "expired", 1),
                     ("magic-link", "failed", 1), ("magic-link", "suppressed", 1),
                 ])
            Assert.Contains(metrics.Split('\n'), line => line.StartsWith("mana_mail_sent_total{", StringComparison.Ordinal) && line.EndsWith(" " + count, StringComparison.Ordinal)
                && line.Contains($"template=\"{template}\"", StringComparison.Ordinal) && line.Contains($"result=\"{result}\"", StringComparison.Ordinal));
        Assert.Matches(@"(?m)^mana_mail_queue_depth 1$", metrics);
        Assert.Matches(@"(?m)^mana_mail_queue_oldest_seconds 20$", metrics);
        Assert.DoesNotContain("@example.test", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_line_holds_an_address_a_name_or_a_link_whatever_becomes_of_the_mail()
    {
        using var lines = new Lines();
        await using var host = new TestHost(fixture.Database).With(fixture.Clock).With("Notifications:Deliver", "false")
            .With("Notifications:SmtpHost", "127.0.0.1").With("Notifications:SmtpPort", $"{fixture.Server.Port}").With("Notifications:SmtpStartTls", "false")
            .With(services => services.AddSingleton<ILoggerProvider>(lines));
        await host.StartAsync();
        var mailer = host.Services.GetRequiredService<IMailer>();
        foreach (var behaviour in (string[])["ada", "full", "unknown", "policy", "spam"])
        {
            var recipient = Samples.Address(behaviour);
            await mailer.EnqueueAsync(Samples.Reset(recipient), default);
            await fixture.DrainAsync(host);
            await mailer.EnqueueAsync(Samples.Reset(recipient), default);
        }

        await fixture.DrainAsync(host);
        await fixture.ScalarAsync<object>("DELETE FROM notify.deliveries");
        Assert.Contains(lines.All, line => line.Contains("is sent", StringComparison.Ordinal));
        Assert.Contains(lines.All, line => line.Contains("550 5.1.1", StringComparison.Ordinal));
        Assert.Contains(lines.All, line => line.Contains("is suppressed", StringComparison.Ordinal));
        foreach (var secret in (string[])["@example.test", "the name", "t-resetLink"])
            Assert.DoesNotContain(lines.All, line => line.Contains(secret, StringComparison.Ordinal));
    }

    sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
            // Nothing to give back.
        }
    }
}
