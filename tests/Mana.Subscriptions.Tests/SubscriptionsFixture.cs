using System.Text.Json.Nodes;
using Mana.Credits.Contracts;
using Mana.FakeStripe;
using Mana.FakeStripe.World;
using Mana.Kernel.Jobs;
using Mana.Payments.Contracts;
using Mana.Subscriptions.Stripe;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Subscriptions.Tests;

/// <summary>A host that sells plans, and a fake Stripe whose webhooks come when the test wants; both have the clock that the test moves.</summary>
public class SubscriptionsFixture : IAsyncLifetime
{
    public const string ServiceKey = "a-service-key-for-tests";
    public static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);
    int _people;

    public FakeClock Clock { get; } = new(Start);

    public FakeStripeServer Stripe { get; private set; } = null!;

    public StripeWorld World => Stripe.World;

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    internal IStripeInbox Inbox => Host.Services.GetRequiredService<IStripeInbox>();

    public async ValueTask InitializeAsync()
    {
        await RestartStripeAsync();
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await NewHost().StartAsync();
        Aim();
    }

    /// <summary>Another Stripe at the same address, which knows nothing of what was.</summary>
    public async Task RestartStripeAsync()
    {
        var port = Stripe is null ? 0 : new Uri(Stripe.Url).Port;
        if (Stripe is not null)
            await Stripe.DisposeAsync();
        Stripe = await FakeStripeServer.StartAsync(new FakeStripeOptions { Clock = Clock, Port = port });
        World.Seed();
        if (Host is not null)
            Aim();
    }

    void Aim() => Stripe.Webhooks.To(Host.CreateClient(), "/api/v1/webhooks/stripe", automatic: false, FakeStripeServer.WebhookSecret);

    protected virtual TestHost NewHost()
    {
        var host = new TestHost(Database).With("Stripe:SecretKey", FakeStripeServer.SecretKey).With("Stripe:WebhookSecret", FakeStripeServer.WebhookSecret).With("Stripe:ApiBase", Stripe.Url)
            .With("Stripe:RetryDelayMilliseconds", "1").With("Stripe:BreakerMinimum", "0").With("Stripe:Process", "false").With("Origins:Trusted", "https://mana.how")
            .With("ServiceKeys:Current", ServiceKey).With(Clock);
        foreach (var plan in (string[])["S", "M", "L", "XL"])
            host.With($"Subscriptions:Prices:{plan}:Monthly", $"price_{plan}_month").With($"Subscriptions:Prices:{plan}:Yearly", $"price_{plan}_year");
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await Stripe.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        GC.SuppressFinalize(this);
    }

    internal async Task<Caller> PersonAsync(string? userId = null)
    {
        userId ??= $"person-{Interlocked.Increment(ref _people)}";
        return new Caller(await new TokenForge(Host).ClientForAsync(userId), userId);
    }

    /// <summary>Somebody with an account.</summary>
    internal async Task<Caller> MemberAsync(string role = "user")
    {
        var person = await PersonAsync();
        await ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'Ada', $2, $2, true, $3, 'public', 'human', now(), now(), false, true, 0) RETURNING id
            """, person.UserId, person.UserId + "@example.test", role);
        return person;
    }

    internal Caller Anybody() => new(Host.CreateClient(), "");

    internal Caller Service()
    {
        var http = Host.CreateClient();
        http.DefaultRequestHeaders.Add("X-Service-Key", ServiceKey);
        return new Caller(http, "");
    }

    internal async Task<Guid> PlanIdAsync(string letter) => await ScalarAsync<Guid>("SELECT id FROM subscriptions.plans WHERE name = $1", letter == "Free" ? letter : "Mana Quelle " + letter);

    /// <summary>Begins a checkout; the id of its session.</summary>
    internal async Task<string> CheckoutAsync(Caller person, string plan, string interval = "month") => (await person.PostAsync("subscriptions/checkout", new
    {
        planId = await PlanIdAsync(plan), billingInterval = interval, successUrl = "https://mana.how/?success=true", cancelUrl = "https://mana.how/?canceled=true",
    })).Ok().String("sessionId")!;

    /// <summary>Subscribes and pays; told to the host. The id at Stripe.</summary>
    internal async Task<string> SubscribedAsync(Caller person, string plan, string interval = "month", Means means = Means.Card)
    {
        var session = await CheckoutAsync(person, plan, interval);
        World.PaySession(session, means);
        await TellAsync();
        return World.Find(session)!["subscription"]!.GetValue<string>();
    }

    /// <summary>Delivers what waits, and has it handled.</summary>
    internal async Task TellAsync()
    {
        await Stripe.Webhooks.FlushAsync();
        await Inbox.DrainAsync(default);
    }

    internal async Task TellAsync(IEnumerable<JsonObject> events)
    {
        foreach (var happened in events)
            await Stripe.Webhooks.SendAsync(happened);
        await Inbox.DrainAsync(default);
    }

    /// <summary>Time goes by, for everybody.</summary>
    internal void Advance(TimeSpan by)
    {
        Clock.Advance(by);
        World.Tick();
    }

    internal async Task RunAsync<TJob>()
        where TJob : IManaJob
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await ActivatorUtilities.GetServiceOrCreateInstance<TJob>(scope.ServiceProvider).RunAsync(default);
    }

    internal async Task<ReconciliationSummary> ReconcileAsync(ReconciliationScope scope)
    {
        await using var services = Host.Services.CreateAsyncScope();
        return await services.ServiceProvider.GetRequiredService<SubscriptionReconciliation>().ReconcileAsync(scope, default);
    }

    internal async Task<long> CreditsOfAsync(Caller person) => (await Host.Services.GetRequiredService<ICreditsLedger>().GetBalanceAsync(person.UserId, default)).Available.Milli / 1000;

    internal async Task<string?> StatusAsync(Caller person) => await ScalarAsync<string>("SELECT status FROM subscriptions.subscriptions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1", person.UserId);

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
}
