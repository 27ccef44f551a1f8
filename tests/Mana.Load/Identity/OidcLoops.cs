using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Mana.Devices;

namespace Mana.Load.Identity;

/// <summary>
/// The OpenID Connect provider: tokens of a service for itself, refresh with rotation, and the whole code flow of somebody who is signed in (authorize, redeem). The host
/// must offer registration; its token comes by <c>--registration</c>.
/// </summary>
internal static class OidcLoops
{
    const string Callback = "http://127.0.0.1:9/cb";

    /// <summary>RFC 7636, appendix B.</summary>
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var name = options.View switch
        {
            "code" => "code flow without the password",
            "refresh" => "refresh of clients",
            _ => "client credentials",
        };
        var actors = new List<Actor>();
        for (var one = 0; one < options.Clients; one++)
            actors.Add(await (options.View is "code" or "refresh" ? Actor.PersonAsync(options) : Actor.ServiceAsync(options)));
        var workers = actors.ConvertAll(_ => new Worker());
        await Task.WhenAll(actors.Select(actor => actor.TurnAsync(new Worker())));
        using var memory = await HostMemory.WatchAsync(options.Url);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(actors.Select(async (actor, index) =>
        {
            var worker = workers[index];
            for (var turn = 0; Stopwatch.GetElapsedTime(start) < options.Duration; turn++)
            {
                var sent = Stopwatch.GetTimestamp();
                if (options.IsPaced)
                    await Pace.UntilAsync(sent = Pace.After(start, TimeSpan.FromSeconds(((turn * options.Clients) + index) / options.Rate)));
                await actor.TurnAsync(worker);
                worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        var pace = options.IsPaced ? $" at {options.Rate:0}/s" : "";
        return RunResult.Of($"{name}{pace}, {options.Clients} connections", workers, Stopwatch.GetElapsedTime(start)) with { HostMemory = await memory.StopAsync() };
    }

    internal sealed class Actor(HttpClient http, string view, string clientId, string secret, string? cookies, string origin)
    {
        string? _refreshToken;

        public static async Task<Actor> ServiceAsync(LoadOptions options)
        {
            var http = Connection(options);
            var (id, secret) = await RegisterAsync(http, options, new { redirect_uris = Array.Empty<string>(), grant_types = (string[])["client_credentials"], scope = "load" });
            return new Actor(http, options.View, id, secret, null, "");
        }

        public static async Task<Actor> PersonAsync(LoadOptions options)
        {
            var http = Connection(options);
            var account = await Account.CreateAsync(Connection(options), $"load-{Guid.NewGuid():N}@example.test");
            using var login = await http.PostAsJsonAsync("/api/v1/auth/login", new { email = account.Email, password = Account.Password });
            var cookies = string.Join("; ", login.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
            var (id, secret) = await RegisterAsync(http, options, new { redirect_uris = (string[])[Callback], grant_types = (string[])["authorization_code", "refresh_token"], scope = "openid profile offline_access" });
            var actor = new Actor(http, options.View, id, secret, cookies, options.Url);
            // Access while nobody is there is agreed to each time: the refresh token comes of this very answer.
            var answer = await actor.AgreeAsync();
            if (options.View == "refresh")
                await actor.RedeemAsync(new Worker(), answer);
            return actor;
        }

        public Task TurnAsync(Worker worker) => view switch
        {
            "code" => CodeAsync(worker),
            "refresh" => TokenAsync(worker, [new("grant_type", "refresh_token"), new("refresh_token", _refreshToken ?? throw new LoadProblem("The code flow gave no refresh token."))]),
            _ => TokenAsync(worker, [new("grant_type", "client_credentials")]),
        };

        /// <summary>Once, as the person would on the page.</summary>
        async Task<string> AgreeAsync()
        {
            using var asked = await AuthorizeAsync();
            var bound = string.Join("; ", asked.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/consent") { Content = JsonContent.Create(new { accept = true, consent_code = asked.Headers.Location!.OriginalString.Split('=')[1] }) };
            request.Headers.Add("Cookie", $"{cookies}; {bound}");
            request.Headers.Add("Origin", origin);
            using var answer = await http.SendAsync(request);
            if (!answer.IsSuccessStatusCode)
                throw new LoadProblem($"consent: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("redirectURI").GetString()!;
        }

        async Task CodeAsync(Worker worker)
        {
            using var answer = await AuthorizeAsync();
            var location = answer.Headers.Location?.OriginalString ?? "";
            if (!location.StartsWith(Callback + "?code=", StringComparison.Ordinal))
            {
                worker.Fail($"authorize: {(int)answer.StatusCode} {location}");
                return;
            }

            await RedeemAsync(worker, location);
        }

        async Task RedeemAsync(Worker worker, string location)
        {
            var code = location[(Callback.Length + "?code=".Length)..].Split('&')[0];
            await TokenAsync(worker, [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Callback), new("code_verifier", Verifier)]);
        }

        async Task<HttpResponseMessage> AuthorizeAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get,
                $"/api/auth/oauth2/authorize?client_id={clientId}&redirect_uri={Uri.EscapeDataString(Callback)}&response_type=code&scope=openid%20profile{(view == "refresh" ? "%20offline_access" : "")}&code_challenge={Challenge}&code_challenge_method=S256");
            request.Headers.Add("Cookie", cookies);
            return await http.SendAsync(request);
        }

        async Task TokenAsync(Worker worker, IEnumerable<KeyValuePair<string, string>> form)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/token") { Content = new FormUrlEncodedContent(form) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")));
            using var answer = await http.SendAsync(request);
            if (!answer.IsSuccessStatusCode)
                worker.Fail($"token: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            else if (view == "refresh")
                _refreshToken = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refresh_token").GetString();
        }

        static HttpClient Connection(LoadOptions options) =>
            new(new SocketsHttpHandler { MaxConnectionsPerServer = 1, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(options.Url), Timeout = TimeSpan.FromMinutes(1) };

        static async Task<(string Id, string Secret)> RegisterAsync(HttpClient http, LoadOptions options, object metadata)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/oauth2/register") { Content = JsonContent.Create(metadata) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Registration);
            using var answer = await http.SendAsync(request);
            if (!answer.IsSuccessStatusCode)
                throw new LoadProblem($"The host registers no clients ({(int)answer.StatusCode}); start it with OIDC_REGISTRATION_TOKEN and say the same in --registration.");
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return (body.GetProperty("client_id").GetString()!, body.GetProperty("client_secret").GetString()!);
        }
    }
}
