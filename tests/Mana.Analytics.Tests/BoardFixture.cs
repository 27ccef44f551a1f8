using Mana.Analytics.Titles;
using Mana.Credits.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mana.Analytics.Tests;

/// <summary>One host for all classes: each test has people and apps of its own. The clock stands, and a test moves it.</summary>
public sealed class BoardFixture : IAsyncLifetime
{
    public const string Founder = "founder-1";
    int _people;

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 1, 15, 10, 0, 0, TimeSpan.Zero));

    /// <summary>What the language model says to a text; what throws fails.</summary>
    public Func<string, string?> Model { get; set; } = _ => null;

    internal ICreditsLedger Ledger => Host.Services.GetRequiredService<ICreditsLedger>();

    public async ValueTask InitializeAsync()
    {
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await new TestHost(Database).With(Clock).With("Feedback:FounderUserIds", Founder).With("Feedback:LlmUrl", "http://model.invalid").With("Credits:MonthlyPromoBudget", "0")
            .With(services => services.Replace(ServiceDescriptor.Singleton<ITitleFinder>(new Finder(this)))).StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
    }

    public string NewApp() => "app-" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Somebody nobody has heard of, with an id that is easy to find again.</summary>
    public Task<ApiCaller> PersonAsync() => AsAsync($"user-id-{Interlocked.Increment(ref _people)}-{Guid.NewGuid():N}");

    /// <summary>Somebody known, with a token that is good now.</summary>
    public async Task<ApiCaller> AsAsync(string userId, string tier = "public")
    {
        var forge = new TokenForge(Host);
        var token = await forge.SignAsync(forge.Claims(userId).Replace("\"tier\":\"public\"", $"\"tier\":\"{tier}\"", StringComparison.Ordinal));
        var http = Host.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new ApiCaller(http, userId);
    }

    public ApiCaller Anybody() => new(Host.CreateClient());

    public Task<ApiCaller> AdminAsync() => AsAsync("desk-" + Guid.NewGuid().ToString("N"), "founder");

    /// <summary>Somebody with an account.</summary>
    public async Task<ApiCaller> MemberAsync(string name, string role = "user")
    {
        var person = await PersonAsync();
        await ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, $2, $3, $3, true, $4, 'public', 'human', $5, $5, false, true, 0) RETURNING id
            """, person.UserId, name, person.UserId + "@example.test", role, Clock.GetUtcNow());
        return person;
    }

    internal static async Task<string> SubmitAsync(ApiCaller person, string text = "Something that should be better here", string? appId = null, bool isPublic = true, string? parentId = null) =>
        (await person.PostAsync("feedback", new { feedbackText = text, appId, isPublic, parentId })).Ok(201).Said("id")!;

    internal static Task<ApiAnswer> ReactAsync(ApiCaller person, string id, string emoji = "👍") => person.PostAsync($"feedback/{id}/react", new { emoji });

    internal async Task<decimal> BalanceAsync(ApiCaller person) => (await Ledger.GetBalanceAsync(person.UserId, default)).Available.Milli / 1000m;

    /// <summary>Every event of the board is delivered, or waits for another time.</summary>
    public async Task DrainAsync()
    {
        do
            await Host.DrainAsync();
        while (await ScalarAsync<bool>("SELECT EXISTS (SELECT FROM feedback.outbox WHERE attempts = 0 AND next_attempt_at <= $1)", Clock.GetUtcNow()));
    }

    public async Task RunAsync<TJob>()
        where TJob : Mana.Kernel.Jobs.IManaJob
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TJob>().RunAsync(default);
    }

    /// <summary>One value, as superuser.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() is T result ? result : default;
    }

    sealed class Finder(BoardFixture fixture) : ITitleFinder
    {
        public Task<string?> FindAsync(string text, CancellationToken cancellationToken) => Task.FromResult(fixture.Model(text));
    }
}

[CollectionDefinition(nameof(BoardCollection))]
public sealed class BoardCollection : ICollectionFixture<BoardFixture>;
