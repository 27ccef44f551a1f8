using System.Net.Http.Headers;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Tests;

/// <summary>A host with a database of its own, people with credits, services with a key, and a look at what is stored.</summary>
public class CreditsFixture : IAsyncLifetime
{
    public const string ServiceKey = "a-service-key-for-tests";
    int _people;

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    internal CreditsLedger Ledger => Host.Services.GetRequiredService<CreditsLedger>();

    internal ICreditsIssuance Issuance => Host.Services.GetRequiredService<ICreditsIssuance>();

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await Configure(new TestHost(Database).With("ServiceKeys:Current", ServiceKey)).StartAsync();
    }

    protected virtual TestHost Configure(TestHost host) => host;

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        GC.SuppressFinalize(this);
    }

    public string NewId() => $"person-{Interlocked.Increment(ref _people)}";

    /// <summary>Somebody who has this many credits, bought; without any, nobody has heard of them.</summary>
    internal async Task<Caller> PersonAsync(decimal credits = 0, string? userId = null)
    {
        userId ??= NewId();
        if (credits > 0)
            await FundAsync(userId, credits);
        return new Caller(await new TokenForge(Host).ClientForAsync(userId), userId);
    }

    /// <summary>Somebody with an account, and with an address that is proved or not.</summary>
    internal async Task<Caller> MemberAsync(decimal credits = 0, string? email = null, bool verified = true, string role = "user", string name = "Ada")
    {
        var person = await PersonAsync(credits);
        await ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at,
              two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, $2, $3, $3, $4, $5, 'public', 'human', now(), now(), false, true, 0) RETURNING id
            """, person.UserId, name, email ?? person.UserId + "@example.test", verified, role);
        return person;
    }

    internal Task<Caller> AdminAsync() => MemberAsync(role: "admin");

    internal Caller Service(string? key = ServiceKey)
    {
        var http = Host.CreateClient();
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-Service-Key", key);
        return new Caller(http, "");
    }

    internal Caller Anybody() => new(Host.CreateClient(), "");

    internal async Task FundAsync(string userId, decimal credits) => Assert.IsType<PostingResult.Posted>(await Issuance.IssueAsync(
        new IssueCommand(userId, CreditAmount.OfCredits(credits)!.Value, CreditSource.Purchase, $"funds:{Guid.NewGuid()}", "stripe", "bought"), default));

    internal async Task<BalanceView> BalanceAsync(Caller person) => await Ledger.GetBalanceAsync(person.UserId, default);

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>One value, as superuser.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    /// <summary>How many entries of the person clients can see.</summary>
    internal async Task<long> LinesAsync(Caller person) => await LedgerQueries.TransactionsCountAsync(Host.Services.GetRequiredService<NpgsqlDataSource>(), person.UserId, default);

    /// <summary>Returns when every event of credits is delivered, also those that the host's own dispatcher has in hands.</summary>
    internal async Task DrainAsync()
    {
        do
            await Host.DrainAsync();
        while (await ScalarAsync<bool>("SELECT EXISTS (SELECT FROM credits.outbox WHERE attempts = 0)"));
    }

    /// <summary>Every invariant of commerce.md 16.2 holds.</summary>
    internal async Task IsSoundAsync() => Assert.Empty(await Host.Services.GetRequiredService<Mana.Credits.Audit.LedgerAuditor>().RunAsync(full: true, default));
}

/// <summary>The same, at a moment that the test moves: 2026-01-15T10:00:00Z, as the scenarios have it.</summary>
public sealed class ClockedFixture : CreditsFixture
{
    public static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);

    public FakeClock Clock { get; } = new(Start);

    protected override TestHost Configure(TestHost host) => host.With(Clock);
}

internal static class Bearer
{
    public static void Set(HttpClient http, string token) => http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
}
