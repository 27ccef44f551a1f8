using Mana.Auth.SecurityEvents;
using Mana.Testing;
using Mana.Testing.Mail;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests;

/// <summary>A host on which addresses must be verified and the clock stands still, its mails, and what it stored.</summary>
public sealed class AccountWorld : IAsyncLifetime
{
    readonly List<Action<IServiceCollection>> _services = [];
    readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal) { ["Auth:RequireVerifiedEmail"] = "true" };

    public TestHost Host { get; private set; } = null!;

    public AuthApi Api { get; private set; } = null!;

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public string Database { get; private set; } = "";

    internal EventLog Events { get; private set; } = null!;

    Mailbox Mails => new(Host.CreateClient());

    internal AccountWorld With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    internal AccountWorld With(Action<IServiceCollection> configure)
    {
        _services.Add(configure);
        return this;
    }

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Events = new EventLog(Database);
        await Events.StartAsync();
        var host = new TestHost(Database).With(Clock);
        foreach (var (key, value) in _settings)
            host.With(key, value);
        foreach (var configure in _services)
            host.With(configure);
        Host = await host.StartAsync();
        Api = new AuthApi(Host);
    }

    /// <summary>An account whose address is verified.</summary>
    internal async Task<(string Email, string Id)> PersonAsync()
    {
        var email = AuthApi.NewEmail();
        var id = (await Api.RegisterAsync(email, name: "Ada")).IsOk()["user", "id"]!;
        await RunAsync("UPDATE auth.users SET email_verified = true WHERE id = $1", id);
        return (email, id);
    }

    /// <summary>All mails for an address, once every event is delivered; newest first.</summary>
    internal async Task<IReadOnlyList<SentMail>> MailsAsync(string email, string? template = null)
    {
        await Host.DrainAsync();
        return [.. (await Mails.OfAsync(email)).Where(mail => template is null || mail.Template == template)];
    }

    /// <summary>Path and query of the link in the newest mail of a kind.</summary>
    internal async Task<string> LinkAsync(string email, string template, string name) => (await MailsAsync(email, template))[0].Link(name).PathAndQuery;

    internal Task<Answer> OpenAsync(string pathAndQuery) => Api.SendAsync(new HttpRequestMessage(HttpMethod.Get, pathAndQuery));

    /// <summary>Types of the security events of an account, oldest first.</summary>
    internal async Task<List<string>> SecurityAsync(string userId)
    {
        await Host.Services.GetRequiredService<SecurityLog>().FlushAsync(default);
        return await ListAsync("SELECT event_type FROM auth.security_events WHERE user_id = $1 ORDER BY position", userId);
    }

    internal async Task<object?> RunAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync();
    }

    internal async Task<List<string>> ListAsync(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }
}
