using System.Text.Json;
using Mana.Apps.Calendar.External;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Calendar.Google;

/// <summary>Routes of a person's Google accounts (compute.md 9.5).</summary>
internal static class GoogleHandlers
{
    const string PlainCookie = "mana_google_nonce";
    const string CookiePath = "/api/v1/calendar/google/callback";
    static readonly ApiError NotSetUp = AppsRefusals.NotConfigured("Google Calendar");
    static readonly ApiError BadState = AppsRefusals.BadRequest("INVALID_STATE", "This sign-in with Google has ended or was not started here; please start again");

    /// <summary>Where the person's browser is to go.</summary>
    /// <param name="access"><c>write</c> asks for the right to change events as well, which an export needs.</param>
    public static async Task<IResult> AuthUrlAsync(
        string? redirect, string? access, HttpContext context, CurrentUser user, GoogleAccounts accounts, GoogleOptions options, CalendarOptions calendar, TrustedOrigins origins, CancellationToken cancellationToken)
    {
        if (!options.IsSetUp)
            return NotSetUp;
        if (ReturnAddress.Checked(redirect, origins) is not { } returnTo)
            return AppsRefusals.Invalid("redirect", "must be a path or an address of a trusted origin");
        if (access is not (null or "" or "read" or "write"))
            return AppsRefusals.Invalid("access", "must be read or write");
        var start = await accounts.StartAsync(user.UserId, returnTo, access == "write", cancellationToken);
        context.Response.Cookies.Append(Cookie(calendar), start.Nonce, new CookieOptions
        {
            HttpOnly = true, Secure = IsSecure(calendar), SameSite = SameSiteMode.Lax, Path = CookiePath, MaxAge = TimeSpan.FromMinutes(10),
        });
        context.Response.Headers.CacheControl = "no-store";
        return AppsJson.Ok(new { url = start.Url });
    }

    static bool IsSecure(CalendarOptions calendar) => calendar.Public.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>With this prefix a browser takes it over https only, and from nobody who speaks plain http in our name.</summary>
    static string Cookie(CalendarOptions calendar) => IsSecure(calendar) ? "__Secure-" + PlainCookie : PlainCookie;

    /// <summary>A browser comes here from Google, without a token of ours: state and cookie say who it is.</summary>
    public static async Task<IResult> CallbackAsync(string? code, string? state, string? error, HttpContext context, GoogleAccounts accounts, GoogleOptions options, CalendarOptions calendar, CancellationToken cancellationToken)
    {
        if (!options.IsSetUp)
            return NotSetUp;
        var nonce = context.Request.Cookies[Cookie(calendar)];
        context.Response.Cookies.Delete(Cookie(calendar), new CookieOptions { Path = CookiePath, Secure = IsSecure(calendar) });
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (string.IsNullOrEmpty(state) || state.Length > 100 || (string.IsNullOrEmpty(code) && string.IsNullOrEmpty(error)))
            return BadState;
        return await accounts.FinishAsync(state, nonce, code ?? "", cancellationToken) is { } returnTo ? Results.Redirect(ReturnAddress.With(returnTo, "connected=google")) : BadState;
    }

    public static async Task<IResult> StatusAsync(CurrentUser user, GoogleAccounts accounts, GoogleOptions options, CancellationToken cancellationToken) => AppsJson.Ok(new GoogleStatusBody(
        options.IsSetUp, [.. (await accounts.OfAsync(user.UserId, cancellationToken)).Select(account => new GoogleStatusBody.Account(account.Id, account.Email, account.State, account.CreatedAt, GoogleAccounts.MayWrite(account)))]));

    public static async Task<IResult> DisconnectAsync(CurrentUser user, GoogleAccounts accounts, CancellationToken cancellationToken) =>
        AppsJson.Ok(new { success = true, removed = await accounts.DisconnectAsync(user.UserId, cancellationToken) });

    public static async Task<IResult> CalendarsAsync(CurrentUser user, GoogleAccounts accounts, GoogleClient google, GoogleOptions options, CancellationToken cancellationToken)
    {
        if (!options.IsSetUp)
            return NotSetUp;
        var found = new List<GoogleCalendarBody>();
        foreach (var account in await accounts.OfAsync(user.UserId, cancellationToken))
        {
            var (token, failure) = await accounts.TokenAsync(account.Id, renew: false, cancellationToken);
            string? page = null;
            do
            {
                if (token is null)
                    break;
                var answer = await google.CalendarsAsync(token, page, cancellationToken);
                failure = answer.Failure;
                if (failure != GoogleFailure.None)
                    break;
                found.AddRange(Items(answer.Body).Select(item => new GoogleCalendarBody(
                    account.Id, GoogleEvent.Text(item, "id"), GoogleEvent.Text(item, "summary"), GoogleEvent.Text(item, "backgroundColor"), GoogleEvent.Text(item, "timeZone"), GoogleEvent.Text(item, "accessRole"))));
                page = GoogleEvent.Text(answer.Body, "nextPageToken");
            }
            while (page is not null && found.Count < 2_000);
            if (failure is GoogleFailure.Unavailable or GoogleFailure.RateLimited)
                return new ApiError(502, "UPSTREAM_UNAVAILABLE", "Google did not answer");
        }

        return AppsJson.Ok(new { items = found, count = found.Count });
    }

    /// <summary><c>POST /sync/google</c>: all of them, now.</summary>
    public static async Task<IResult> SyncAllAsync(CurrentUser user, ExternalCalendars calendars, GoogleOptions options, CancellationToken cancellationToken) => !options.IsSetUp ? NotSetUp
        : AppsJson.Accepted(new { runIds = await calendars.RunNowAsync(user.UserId, one => one.Provider == "google", cancellationToken) });

    static IEnumerable<JsonElement> Items(JsonElement body) => body.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];
}

internal sealed record GoogleStatusBody(bool Configured, IReadOnlyList<GoogleStatusBody.Account> Accounts)
{
    public bool Connected => Accounts.Any(account => account.State == "connected");

    internal sealed record Account(Guid Id, string Email, string State, DateTimeOffset CreatedAt, bool MayWrite);
}

internal sealed record GoogleCalendarBody(Guid AccountId, string? Id, string? Name, string? Color, string? Timezone, string? AccessRole);
