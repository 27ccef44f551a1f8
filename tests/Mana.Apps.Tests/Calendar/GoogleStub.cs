using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Apps.Tests.Calendar;

/// <summary>Google's OAuth and Calendar v3, as documented, on a socket of this machine. Each consent code stands for one Google account.</summary>
internal sealed class GoogleStub : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentDictionary<string, string> _challenges = new(StringComparer.Ordinal);
    int _tokens;

    public GoogleStub()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/token", (Delegate)TokenAsync);
        _app.MapPost("/revoke", (HttpContext context) => { Revoked.Add(context.Request.Form["token"]!); return Results.Json(new { }); });
        _app.MapGet("/userinfo", (HttpContext context) => Results.Json(new { email = AccountOf(context) + "@gmail.test" }));
        _app.MapGet("/calendar/users/me/calendarList", (HttpContext context) => Results.Json(new { items = new[] { new { id = "primary-" + AccountOf(context), summary = "Haupt", timeZone = "Europe/Berlin", accessRole = "owner" } } }));
        _app.MapGet("/calendar/calendars/{id}/events", Events);
        _app.MapPost("/calendar/calendars/{id}/events", (string id, HttpContext context) => StoreOf(context, toWrite: true, store => store.InsertAsync(context)));
        _app.MapGet("/calendar/calendars/{id}/events/{eventId}", (string eventId, HttpContext context) => StoreOf(context, toWrite: false, store => Task.FromResult(store.Get(eventId))));
        _app.MapPatch("/calendar/calendars/{id}/events/{eventId}", (string eventId, HttpContext context) => StoreOf(context, toWrite: true, store => store.PatchAsync(eventId, context)));
        _app.MapDelete("/calendar/calendars/{id}/events/{eventId}", (string eventId, HttpContext context) => StoreOf(context, toWrite: true, store => store.DeleteAsync(eventId, context)));
        _app.MapGet("/calendar/calendars/{id}/events/{eventId}/instances", (string eventId, string originalStart, HttpContext context) =>
            StoreOf(context, toWrite: false, store => Task.FromResult(store.Instances(eventId, originalStart))));
        _app.MapGet("/files/calendar.ics", File);
        _app.MapGet("/files/moved.ics", () => Results.Redirect("/files/calendar.ics"));
        _app.MapGet("/files/inside.ics", () => Results.Redirect("http://127.0.0.1:9/secret"));
    }

    public string Url { get; private set; } = "";

    /// <summary>Items by Google account; a page holds two.</summary>
    public ConcurrentDictionary<string, List<JsonObject>> Items { get; } = new(StringComparer.Ordinal);

    /// <summary>What an incremental request gets.</summary>
    public ConcurrentDictionary<string, List<JsonObject>> Changes { get; } = new(StringComparer.Ordinal);

    /// <summary>Calendars that can be written to, by account; of those the lists above say nothing.</summary>
    public ConcurrentDictionary<string, GoogleStore> Stores { get; } = new(StringComparer.Ordinal);

    /// <summary>What each account has consented to.</summary>
    public ConcurrentDictionary<string, string> Scopes { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<string> Revoked { get; } = [];

    /// <summary>Account in the path and account of the token, of every request for events.</summary>
    public ConcurrentBag<(string Calendar, string Account, string Query)> Requests { get; } = [];

    public ConcurrentDictionary<string, int> Refreshes { get; } = new(StringComparer.Ordinal);

    /// <summary>By account, the status for its next request for events.</summary>
    public ConcurrentDictionary<string, int> Failing { get; } = new(StringComparer.Ordinal);

    /// <summary>A calendar on the web, and how often it was sent.</summary>
    public string Calendar { get; set; } = "";

    public int Sent { get; private set; }

    public bool SyncTokensAreGone { get; set; }

    public bool GrantsAreInvalid { get; set; }

    public async Task StartAsync()
    {
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <summary>What the person's browser would bring back: a code for this account, if the request was a proper one.</summary>
    public string Consent(string account, IReadOnlyDictionary<string, string> query)
    {
        Assert.Equal(("code", "offline", "consent", "S256"), (query["response_type"], query["access_type"], query["prompt"], query["code_challenge_method"]));
        var code = $"code-{account}-{Interlocked.Increment(ref _tokens)}";
        _challenges[code] = query["code_challenge"];
        Scopes[account] = query["scope"];
        return code;
    }

    async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        Assert.Equal(("client", "client-secret"), (form["client_id"].ToString(), form["client_secret"].ToString()));
        string account;
        if (form["grant_type"] == "authorization_code")
        {
            var code = form["code"].ToString();
            var challenge = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            if (!_challenges.TryRemove(code, out var expected) || expected != challenge)
                return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
            account = code.Split('-')[1];
        }
        else
        {
            account = form["refresh_token"].ToString().Split('-')[1];
            Refreshes.AddOrUpdate(account, 1, (_, count) => count + 1);
            if (GrantsAreInvalid)
                return Results.Json(new { error = "invalid_grant", error_description = "Token has been expired or revoked." }, statusCode: 400);
        }

        return Results.Json(new { access_token = $"access-{account}-{Interlocked.Increment(ref _tokens)}", refresh_token = $"refresh-{account}-secret", expires_in = 3600, token_type = "Bearer", scope = Scopes.GetValueOrDefault(account, "") });
    }

    IResult Events(string id, HttpContext context)
    {
        var account = AccountOf(context);
        var query = context.Request.Query;
        Requests.Add((id, account, context.Request.QueryString.ToString()));
        if (Failing.TryRemove(account, out var status))
            return Results.Json(new { error = new { code = status } }, statusCode: status);
        if (Stores.TryGetValue(account, out var store))
            return store.List(context);
        if (query["syncToken"].Count > 0 && SyncTokensAreGone)
            return Results.Json(new { error = new { code = 410 } }, statusCode: 410);
        var all = query["syncToken"].Count > 0 ? Changes.GetValueOrDefault(account, []) : Items.GetValueOrDefault(account, []);
        var from = query["pageToken"].Count > 0 ? int.Parse(query["pageToken"]!, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var page = new JsonArray([.. all.Skip(from).Take(2).Select(item => item.DeepClone())]);
        return from + 2 < all.Count ? Results.Json(new { items = page, nextPageToken = $"{from + 2}" }) : Results.Json(new { items = page, nextSyncToken = $"sync-{account}-{Interlocked.Increment(ref _tokens)}" });
    }

    async Task<IResult> StoreOf(HttpContext context, bool toWrite, Func<GoogleStore, Task<IResult>> answer)
    {
        var account = AccountOf(context);
        if (toWrite && !Scopes[account].Split(' ').Contains("https://www.googleapis.com/auth/calendar.events"))
            return Results.Json(new { error = new { code = 403, errors = new[] { new { reason = "insufficientPermissions" } } } }, statusCode: 403);
        return Stores.TryGetValue(account, out var store) ? await answer(store) : Results.Json(new { error = new { code = 404 } }, statusCode: 404);
    }

    IResult File(HttpContext context)
    {
        var tag = $"\"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Calendar)))}\"";
        if (context.Request.Headers.IfNoneMatch == tag)
            return Results.StatusCode(304);
        Sent++;
        context.Response.Headers.ETag = tag;
        return Results.Text(Calendar, "text/calendar");
    }

    static string AccountOf(HttpContext context) => context.Request.Headers.Authorization.ToString()["Bearer access-".Length..].Split('-')[0];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
