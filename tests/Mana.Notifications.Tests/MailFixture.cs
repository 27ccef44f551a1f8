using Mana.Notifications.Contracts;
using Mana.Notifications.Queue;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Notifications.Tests;

/// <summary>A line of <c>notify.deliveries</c>.</summary>
public sealed record Row(Guid Id, string State, int Attempts, string? LastError, string? Values, string Locale, DateTimeOffset NextAttemptAt, DateTimeOffset? SentAt);

/// <summary>
/// A database, a mail server, and a host that sends only when a test says so, by a clock that stands still until a test moves it. Values go as
/// they do in Production.
/// </summary>
public sealed class MailFixture : IAsyncLifetime
{
    readonly List<TestHost> _hosts = [];

    public string Database { get; private set; } = "";

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public MailServer Server { get; private set; } = null!;

    public TestHost Host { get; private set; } = null!;

    internal IMailer Mailer => Host.Services.GetRequiredService<IMailer>();

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Server = await MailServer.StartAsync();
        Host = await StartHostAsync();
    }

    /// <summary>One more host on the database; with settings of its own in the form <c>Name=value</c>, below <c>Notifications:</c>.</summary>
    public async Task<TestHost> StartHostAsync(params string[] settings)
    {
        var host = new TestHost(Database).With(Clock);
        foreach (var setting in (string[])[$"SmtpHost=127.0.0.1", $"SmtpPort={Server.Port}", "SmtpStartTls=false", "Deliver=false", "KeepValues=false", .. settings])
            host.With("Notifications:" + setting[..setting.IndexOf('=', StringComparison.Ordinal)], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        _hosts.Add(host);
        return await host.StartAsync();
    }

    internal async Task<string> EnqueueAsync(Mail mail)
    {
        await Mailer.EnqueueAsync(mail, default);
        return mail.Key;
    }

    /// <summary>Sends everything that is due; how many attempts that took.</summary>
    public async Task<int> DrainAsync(TestHost? host = null)
    {
        var worker = (host ?? Host).Services.GetRequiredService<MailWorker>();
        var attempts = 0;
        while (await worker.DeliverNextAsync(default))
            attempts++;
        await Server.CatchUpAsync();
        return attempts;
    }

    public async Task<Row> RowAsync(string key)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT id, state, attempts, last_error, d.values::text, locale, next_attempt_at, sent_at FROM notify.deliveries d WHERE key = $1", connection) { Parameters = { new() { Value = key } } };
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync(), $"No delivery has the key {key}.");
        return new Row(
            row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetString(5),
            row.GetFieldValue<DateTimeOffset>(6), row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7));
    }

    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    /// <summary>Polls with a deadline for what a host does by itself.</summary>
    public async Task StateAsync(string key, string state)
    {
        for (var end = TimeProvider.System.GetTimestamp(); (await RowAsync(key)).State != state;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(end).TotalSeconds < 30, $"{key} is not {state}: {await RowAsync(key)}");
            await Task.Delay(20);
        }

        await Server.CatchUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }
}
