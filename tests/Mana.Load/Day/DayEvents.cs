using System.Diagnostics;
using System.Net.Http.Json;
using Mana.Devices;
using Mana.Load.Identity;
using Mana.Load.Money;

namespace Mana.Load.Day;

/// <summary>
/// What does not come from an open app: new people, passwords, services that take credits and tokens, Stripe, and calendars that read a shared one. Whatever the host's keys are not
/// given for is left out, and said.
/// </summary>
internal sealed class DayEvents(LoadOptions options, IReadOnlyList<DayPerson> people) : IDisposable
{
    const int Fund = 1_000_000;
    readonly HttpClient _http = DayPerson.Connect(options, connections: 64);
    readonly HttpClient? _service = options.ServiceKey is null ? null : LedgerLoad.Service(options);
    readonly byte[]? _webhookSecret = options.WebhookSecret is { } secret ? System.Text.Encoding.UTF8.GetBytes(secret) : null;
    readonly List<string> _shares = [.. people.Select(person => person.ShareToken).OfType<string>()];
    readonly string _run = Guid.NewGuid().ToString("N");
    OidcLoops.Actor? _client;
    int _number;

    public IEnumerable<string> LeftOut =>
        new[] { (_service is null, "debits (--service-key)"), (_webhookSecret is null, "webhooks (--webhook-secret)"), (_client is null, "tokens of services (--registration)") }.Where(part => part.Item1).Select(part => part.Item2);

    public async Task PrepareAsync()
    {
        if (options.Registration.Length > 0)
            _client = await OidcLoops.Actor.ServiceAsync(options with { Values = new(options.Values) { ["view"] = "token" } });
        if (_service is not null)
            await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (person, stop) =>
                (await _service.PostAsJsonAsync("/api/v1/internal/credits/refund", new { userId = person.Account.UserId, amount = Fund, description = "load" }, stop)).EnsureSuccessStatusCode());
    }

    /// <summary>All of the day, by the hour; the same for the same seed.</summary>
    public List<(double Hour, DayEvent Event, int Person)> Plan()
    {
        var random = new Random(options.Seed);
        var planned = new List<(double Hour, DayEvent Event, int Person)>();
        foreach (var (what, times) in DayHabits.Events.Where(one => IsPossible(one.Event)))
            for (var left = Math.Max(1, DayHabits.Times(times * people.Count, random)); left > 0; left--)
                planned.Add((DayCurve.Draw(random), what, random.Next(people.Count)));
        return [.. planned.OrderBy(one => one.Hour)];
    }

    public async Task RunAsync(IReadOnlyList<(double Hour, DayEvent Event, int Person)> plan, DayClock clock, DayTally tally)
    {
        var running = new List<Task>();
        foreach (var (hour, what, person) in plan)
        {
            await Pace.UntilAsync(clock.Due(hour));
            tally.Begin(clock.Due(hour));
            running.Add(HappenAsync(what, people[person], tally));
        }

        await Task.WhenAll(running);
    }

    public void Dispose()
    {
        _http.Dispose();
        _service?.Dispose();
    }

    bool IsPossible(DayEvent what) => what switch
    {
        DayEvent.Debit => _service is not null,
        DayEvent.Webhook => _webhookSecret is not null,
        DayEvent.OidcToken => _client is not null,
        DayEvent.ReadShare => _shares.Count > 0,
        _ => true,
    };

    Task HappenAsync(DayEvent what, DayPerson person, DayTally tally)
    {
        var number = Interlocked.Increment(ref _number);
        return what switch
        {
            DayEvent.Register => tally.SendAsync("POST /api/v1/auth/register", () => _http.PostAsJsonAsync("/api/v1/auth/register", new { email = $"day-{_run}-{number}@example.test", password = Account.Password })),
            DayEvent.SignIn => tally.SendAsync("POST /api/v1/auth/login", () => _http.PostAsJsonAsync("/api/v1/auth/login", new { email = person.Account.Email, password = Account.Password })),
            DayEvent.Debit => tally.SendAsync("POST /api/v1/internal/credits/use", () =>
                _service!.PostAsJsonAsync("/api/v1/internal/credits/use", new { userId = person.Account.UserId, amount = 0.25, appId = "chat", description = "load" })),
            DayEvent.Webhook => tally.SendAsync("POST /api/v1/webhooks/stripe", async () =>
            {
                using var request = WebhookLoad.Signed(_webhookSecret!, $"{_run}{number}");
                return await _http.SendAsync(request);
            }),
            DayEvent.ReadShare => tally.SendAsync("GET /api/v1/calendar/feed/{token}.ics", () => _http.GetAsync($"/api/v1/calendar/feed/{_shares[number % _shares.Count]}.ics")),
            _ => TokenAsync(tally),
        };
    }

    async Task TokenAsync(DayTally tally)
    {
        var (worker, sent) = (new Worker(), Stopwatch.GetTimestamp());
        try
        {
            await _client!.TurnAsync(worker);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            worker.Fail("token: " + failure.Message);
        }

        tally.Took("POST /api/auth/oauth2/token", sent);
        tally.Take("POST /api/auth/oauth2/token", sent, worker);
    }
}
