using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>
/// Ten thousand operations on fifty accounts from sixteen workers while the host is killed three times with kill -9 (issue 6): what was acknowledged
/// is booked, once, and the books balance.
/// </summary>
public sealed class LedgerCrashTests(PrivatePostgres postgres, ITestOutputHelper output) : IClassFixture<PrivatePostgres>
{
    const int Operations = 10_000;
    const int People = 50;
    const int Workers = 16;
    const int Crashes = 3;
    const string Key = "a-service-key-for-crashes";

    readonly long[] _expected = new long[People];
    HttpClient _http = null!;
    int _next;
    int _repeats;

    [Fact]
    public async Task Kill_9_of_the_host_three_times_loses_and_doubles_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(database, ("MANA_SERVICE_KEY", Key), ("PROMO_BUDGET", "0"));
        Connect(host);
        for (var i = 0; i < People; i++)
        {
            await PostAsync("refund", new { userId = $"p{i}", amount = 500, description = "start", idempotencyKey = "start" });
            _expected[i] = 500_000;
        }

        var working = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(new Random(worker)))));
        for (var crash = 1; crash <= Crashes; crash++)
        {
            var at = Operations * crash / (Crashes + 1);
            await Eventually.TrueAsync("The work goes on", () => Volatile.Read(ref _next) >= at || working.IsFaulted, 180);
            await host.KillAsync();
            await host.RestartAsync();
            Connect(host);
        }

        await working;
        output.WriteLine($"{_repeats} operations were sent again.");
        Assert.True(_repeats >= Crashes, "The crashes hit nobody.");
        for (var i = 0; i < People; i++)
            Assert.Equal(_expected[i], await Stored.ScalarAsync<long>(database, "SELECT balance FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", $"p{i}"));
        foreach (var query in Unsound)
            Assert.Equal(0, await Stored.ScalarAsync<long>(database, query));
    }

    /// <summary>I1–I9 of commerce.md 16.2, each counting what breaks it.</summary>
    static readonly string[] Unsound =
    [
        "SELECT count(*) FROM credits.accounts WHERE kind = 'available' AND balance + held <> total_earned - total_spent",
        "SELECT count(*) FROM (SELECT entry_id FROM credits.postings GROUP BY entry_id HAVING sum(amount) <> 0) e",
        """
        SELECT count(*) FROM credits.accounts a LEFT JOIN (SELECT account_id, sum(amount) AS sum, max(seq) AS seq, count(*) AS count FROM credits.postings GROUP BY account_id) p ON p.account_id = a.id
        WHERE a.balance <> coalesce(p.sum, 0) OR a.last_seq <> coalesce(p.seq, 0) OR a.last_seq <> coalesce(p.count, 0)
        """,
        """
        SELECT count(*) FROM (SELECT p.balance_after - p.amount - lag(p.balance_after, 1, 0::bigint) OVER o AS slip,
          p.hash = credits.link(lag(p.hash, 1, '\x') OVER o, p.account_id, p.seq, p.amount, p.balance_after, p.entry_id, e.occurred_at, e.kind) AS good
          FROM credits.postings p JOIN credits.entries e ON e.id = p.entry_id WINDOW o AS (PARTITION BY p.account_id ORDER BY p.seq)) w WHERE w.slip <> 0 OR NOT w.good
        """,
        "SELECT count(*) FROM credits.accounts WHERE kind = 'available' AND balance < 0",
        "SELECT coalesce(sum(held), 0)::bigint - (SELECT coalesce(sum(amount), 0)::bigint FROM credits.reservations WHERE status = 'reserved') FROM credits.accounts WHERE kind = 'available'",
        "SELECT sum(balance)::bigint FROM credits.accounts",
    ];

    void Connect(HostProcess host)
    {
        var http = host.CreateClient();
        http.DefaultRequestHeaders.Add("X-Service-Key", Key);
        http.Timeout = TimeSpan.FromSeconds(20);
        Volatile.Write(ref _http, http);
    }

    async Task WorkAsync(Random random)
    {
        for (var number = Interlocked.Increment(ref _next); number <= Operations; number = Interlocked.Increment(ref _next))
        {
            var (person, amount, key) = (random.Next(People), random.Next(1, 5), $"op-{number}");
            var userId = $"p{person}";
            switch (random.Next(6))
            {
                case 0 or 1 or 2:
                    if (await PostAsync("use", new { userId, amount, appId = "chat", description = "u", idempotencyKey = key }) is not null)
                        Interlocked.Add(ref _expected[person], -amount * 1000L);
                    break;
                case 3:
                    await PostAsync("refund", new { userId, amount, description = "r", idempotencyKey = key });
                    Interlocked.Add(ref _expected[person], amount * 1000L);
                    break;
                case 4:
                    await PostAsync("grant", new { userId, amount = 1, reason = "reward", referenceId = key });
                    Interlocked.Add(ref _expected[person], 1000);
                    break;
                default:
                    await HoldAsync(random, person, amount, key);
                    break;
            }
        }
    }

    async Task HoldAsync(Random random, int person, int amount, string key)
    {
        if (await PostAsync("reserve", new { userId = $"p{person}", amount, reason = "research:x", idempotencyKey = key }) is not { } held)
            return;
        var reservationId = held.GetProperty("reservationId").GetString();
        if (random.Next(2) == 0)
        {
            await PostAsync("commit", new { reservationId, amount = 0.5 });
            Interlocked.Add(ref _expected[person], -500);
        }
        else
        {
            await PostAsync("refund-reservation", new { reservationId });
        }
    }

    /// <summary>The answer; null when there were not enough credits. Sent again, the same, until somebody has answered.</summary>
    async Task<JsonElement?> PostAsync(string path, object body)
    {
        while (true)
        {
            try
            {
                using var answer = await Volatile.Read(ref _http).PostAsJsonAsync("/api/v1/internal/credits/" + path, body);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == HttpStatusCode.PaymentRequired)
                    return null;
                if (answer.StatusCode == HttpStatusCode.OK)
                    return JsonDocument.Parse(text).RootElement;
                Assert.True(answer.StatusCode >= HttpStatusCode.InternalServerError || text.Contains("balance_contention", StringComparison.Ordinal), $"{path}: {answer.StatusCode} {text}");
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // The host is dead or dying.
            }

            Interlocked.Increment(ref _repeats);
            await Task.Delay(50);
        }
    }
}
