using System.Net;
using System.Web;
using Mana.Testing;

namespace Mana.Apps.Tests.Calendar;

/// <summary>A host that knows Google at a stub.</summary>
public sealed class GoogleHost : AppsFixture
{
    const string Callback = "/api/v1/calendar/google/callback";
    static int _accounts;

    internal GoogleStub Google { get; } = new();

    public override async ValueTask InitializeAsync()
    {
        await Google.StartAsync();
        await base.InitializeAsync();
    }

    protected override TestHost Configure(TestHost host) => host
        .With("Google:ClientId", "client").With("Google:ClientSecret", "client-secret").With("Google:AuthUrl", Google.Url + "/auth").With("Google:TokenUrl", Google.Url + "/token")
        .With("Google:RevokeUrl", Google.Url + "/revoke").With("Google:CalendarBase", Google.Url + "/calendar").With("Google:UserInfoUrl", Google.Url + "/userinfo")
        .With("Calendar:PrivateHosts", new Uri(Google.Url).Authority);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Google.DisposeAsync();
    }

    internal static string NewAccount() => "g" + Interlocked.Increment(ref _accounts);

    /// <summary>Of the run that began when the mirror was made: created, updated, deleted, error.</summary>
    internal static async Task<(int, int, int, string?)> FirstAsync(Caller person, string external) => (await FinishedAsync(person, external, 1))[^1];

    /// <summary>The same of one more.</summary>
    internal async Task<(int, int, int, string?)> RunAsync(Caller person, string external)
    {
        var before = (await FinishedAsync(person, external, 1)).Count;
        // Runs are told by their start.
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await person.PostAsync($"calendar/external/{external}/sync")).Ok(202);
        return (await FinishedAsync(person, external, before + 1))[0];
    }

    /// <summary>Newest first, once there are so many.</summary>
    internal static async Task<List<(int, int, int, string?)>> FinishedAsync(Caller person, string external, int count)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(20))
        {
            var runs = (await person.GetAsync($"calendar/external/{external}/runs")).Ok()["items"].EnumerateArray().ToList();
            var finished = runs.Where(run => run.GetProperty("finishedAt").ValueKind != System.Text.Json.JsonValueKind.Null).ToList();
            if (finished.Count >= count && finished.Count == runs.Count)
                return finished.ConvertAll(run => (run.GetProperty("created").GetInt32(), run.GetProperty("updated").GetInt32(), run.GetProperty("deleted").GetInt32(), run.GetProperty("error").GetString()));
            Assert.True(DateTime.UtcNow < deadline, "The synchronisation did not end.");
        }
    }

    internal async Task<Answer> ConnectAsync(Caller person, string account, string access = "read")
    {
        var (query, cookie) = await StartAsync(person, access);
        var answer = await ReturnAsync(query["state"], Google.Consent(account, query), cookie);
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        return answer;
    }

    internal static async Task<(Dictionary<string, string> Query, string Cookie)> StartAsync(Caller person, string access = "read")
    {
        var answer = (await person.GetAsync("calendar/google/auth-url?redirect=%2Fcalendar&access=" + access)).Ok();
        var parsed = HttpUtility.ParseQueryString(new Uri(answer.String("url")!).Query);
        var cookie = answer.Message.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        return (parsed.AllKeys.ToDictionary(key => key!, key => parsed[key]!, StringComparer.Ordinal), cookie.Split(';')[0]);
    }

    internal Task<Answer> ReturnAsync(string state, string code, string cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Callback}?state={Uri.EscapeDataString(state)}&code={Uri.EscapeDataString(code)}");
        request.Headers.Add("Cookie", cookie);
        return Anybody().SendAsync(request);
    }
}
