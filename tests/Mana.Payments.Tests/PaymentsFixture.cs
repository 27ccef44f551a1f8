using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.FakeStripe;
using Mana.Payments.Contracts;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Payments.Tests;

/// <summary>
/// A host that buys at a Stripe of its own, at a moment that the test moves. The inbox is worked off by the test, and a probe stands where the modules above
/// will stand.
/// </summary>
public class PaymentsFixture : IAsyncLifetime
{
    public const string SecondSecret = "whsec_the_second_secret_of_two";
    public static readonly DateTimeOffset Start = new(2026, 1, 15, 10, 0, 0, TimeSpan.Zero);
    int _people;

    public FakeClock Clock { get; } = new(Start);

    public FakeStripeServer Stripe { get; private set; } = null!;

    public TestHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    internal Probe Probe { get; } = new();

    internal IStripeApi Api => Host.Services.GetRequiredService<IStripeApi>();

    internal IStripeCustomers Customers => Host.Services.GetRequiredService<IStripeCustomers>();

    internal IStripeInbox Inbox => Host.Services.GetRequiredService<IStripeInbox>();

    public async ValueTask InitializeAsync()
    {
        Stripe = await FakeStripeServer.StartAsync(new FakeStripeOptions { Clock = Clock, Livemode = IsLive });
        Database = await TestCluster.CreateDatabaseAsync();
        Host = await NewHost().StartAsync();
        Stripe.Webhooks.To(Host.CreateClient(), "/api/v1/webhooks/stripe", automatic: false, FakeStripeServer.WebhookSecret);
    }

    /// <summary>Another host on the same database and the same Stripe.</summary>
    internal TestHost NewHost() => Configure(new TestHost(Database)
        .With("Stripe:SecretKey", FakeStripeServer.SecretKey).With("Stripe:WebhookSecret", FakeStripeServer.WebhookSecret).With("Stripe:SubscriptionsWebhookSecret", SecondSecret)
        .With("Stripe:ApiBase", Stripe.Url).With("Stripe:RetryDelayMilliseconds", "1").With("Stripe:BreakerMinimum", "0").With("Stripe:Process", "false").With(Clock)
        .With(services => services.AddSingleton(Probe).AddStripeEventHandler<ProbeHandler>("test.probe", Probe.Types)));

    protected virtual bool IsLive => false;

    protected virtual TestHost Configure(TestHost host) => host;

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await Stripe.DisposeAsync();
        await TestCluster.DropDatabaseAsync(Database);
        GC.SuppressFinalize(this);
    }

    public string NewId() => $"person-{Interlocked.Increment(ref _people)}";

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

    internal async Task<string?> OutcomeAsync(string eventId) => await ScalarAsync<string>("SELECT coalesce(outcome, status) FROM payments.events WHERE event_id = $1", eventId);

    /// <summary>A payment that somebody made, and its events, still on their way.</summary>
    internal (string Intent, IReadOnlyList<JsonObject> Events) Paid(string userId, Mana.FakeStripe.World.Means means = Mana.FakeStripe.World.Means.Card)
    {
        Stripe.Webhooks.Take();
        var intent = Stripe.World.NewPaymentIntent(new JsonObject { ["amount"] = "490", ["currency"] = "eur", ["metadata"] = new JsonObject { ["userId"] = userId } })["id"]!.GetValue<string>();
        Stripe.World.Pay(intent, means);
        return (intent, Stripe.Webhooks.Take());
    }

    internal static JsonObject Of(IReadOnlyList<JsonObject> events, string type) => events.Single(one => one["type"]!.GetValue<string>() == type);

    internal static string IdOf(JsonObject happened) => happened["id"]!.GetValue<string>();

    internal async Task<(int Status, JsonElement Body)> PostAsync(string path, byte[] body, string? signature, TestHost? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var http = (host ?? Host).CreateClient();
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    internal Task<(int Status, JsonElement Body)> PostAsync(JsonObject happened, TestHost? host = null)
    {
        var body = Encoding.UTF8.GetBytes(happened.ToJsonString());
        return PostAsync("/api/v1/webhooks/stripe", body, Mana.FakeStripe.Webhooks.Deliveries.Sign(body, Clock.GetUtcNow(), FakeStripeServer.WebhookSecret), host);
    }

    internal async Task<HttpClient> MemberAsync(string userId, string role = "user")
    {
        await ScalarAsync<object>("""
            INSERT INTO auth.users (id, name, email, email_normalized, email_verified, role, access_tier, kind, created_at, updated_at, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES ($1, 'Ada', $2, $2, true, $3, 'public', 'human', now(), now(), false, true, 0) RETURNING id
            """, userId, userId + "@example.test", role);
        return await new TokenForge(Host).ClientForAsync(userId);
    }
}

/// <summary>Stands where purchases and subscriptions will: sees every happening, and answers as the test says.</summary>
internal sealed class Probe
{
    public static readonly string[] Types = ["payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing", "charge.refunded", "customer.subscription.updated"];

    readonly ConcurrentDictionary<string, Func<StripeHappening, Task<StripeOutcome>>> _answers = new(StringComparer.Ordinal);

    public ConcurrentQueue<StripeHappening> Seen { get; } = new();

    public IEnumerable<StripeHappening> Of(string objectId) => Seen.Where(one => one.Current.Id == objectId);

    public void Answer(string objectId, Func<StripeHappening, Task<StripeOutcome>> answer) => _answers[objectId] = answer;

    public void Answer(string objectId, Func<StripeHappening, StripeOutcome> answer) => Answer(objectId, happening => Task.FromResult(answer(happening)));

    public Task<StripeOutcome> TakeAsync(StripeHappening happening)
    {
        Seen.Enqueue(happening);
        return _answers.TryGetValue(happening.Current.Id, out var answer) ? answer(happening) : Task.FromResult(happening.UserId is null ? StripeOutcome.NotOurs : StripeOutcome.Done);
    }
}

internal sealed class ProbeHandler(Probe probe) : IStripeEventHandler
{
    public Task<StripeOutcome> HandleAsync(StripeHappening happening, CancellationToken cancellationToken) => probe.TakeAsync(happening);
}
