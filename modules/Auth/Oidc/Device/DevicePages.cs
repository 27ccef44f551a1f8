using Mana.Auth.Oidc.Consent;
using Mana.Auth.Pages;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Sessions;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Device;

/// <summary><c>/device</c>: type the code, see who asks, allow it. A link may carry the code; nothing is allowed without looking (RFC 8628 5.4).</summary>
internal static class DevicePages
{
    public const string Path = "/device";

    public static async Task<IResult> ShowAsync(Page page, DeviceCodes codes, DeviceGuesses guesses, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var typed = page.Query["user_code"].ToString();
        if (await sessions.ByCookieAsync(page.Http, cancellationToken) is not { } live)
            return Page.SeeOther(SignInPages.PathFor(Path));
        return page.Query["done"].ToString() switch
        {
            "allowed" => Done(page, page["Das Gerät ist angemeldet", "The device is signed in"], page["Du kannst diese Seite schließen.", "You can close this page."]),
            "declined" => Done(page, page["Abgelehnt", "Declined"], page["Das Gerät wurde nicht angemeldet.", "The device was not signed in."]),
            _ => await LookAsync(page, typed, live, codes, guesses, cancellationToken),
        };
    }

    public static async Task<IResult> AnswerAsync(Page page, DeviceCodes codes, DeviceGuesses guesses, LiveSessions sessions, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var (typed, answer) = (form["user_code"].ToString(), form["answer"].ToString());
        if (await sessions.ByCookieAsync(page.Http, cancellationToken) is not { } live)
            return Page.SeeOther(SignInPages.PathFor(Path));
        if (typed.Length == 0)
            return Type(page, typed, Unknown(page), 400);
        if (answer is not ("accept" or "deny"))
            return await LookAsync(page, typed, live, codes, guesses, cancellationToken);
        if (guesses.Wait(live.User.Id) is { } seconds)
            return Refusals.RateLimited(seconds, wrapper: false);
        if (!await codes.AnswerAsync(typed, live, answer == "accept", ClientInfo.Of(page.Http), cancellationToken))
            return Type(page, typed, Unknown(page), 400);
        guesses.Right(live.User.Id);
        return Page.SeeOther($"{Path}?done={(answer == "accept" ? "allowed" : "declined")}");
    }

    static async Task<IResult> LookAsync(Page page, string typed, LiveSession live, DeviceCodes codes, DeviceGuesses guesses, CancellationToken cancellationToken)
    {
        if (typed.Length == 0)
            return Type(page, null, null);
        if (guesses.Wait(live.User.Id) is { } seconds)
            return Refusals.RateLimited(seconds, wrapper: false);
        if (await codes.FindAsync(typed, cancellationToken) is not { } device)
            return Type(page, typed, Unknown(page), 400);
        guesses.Right(live.User.Id);
        return Ask(page, device, live);
    }

    static string Unknown(Page page) => page["Mit diesem Code wartet kein Gerät. Er gilt zehn Minuten und einmal.", "No device is waiting with this code. It works for ten minutes, and once."];

    static IResult Type(Page page, string? typed, string? problem, int status = 200)
    {
        var title = page["Gerät anmelden", "Sign in a device"];
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page["Gib den Code ein, den das Gerät anzeigt.", "Enter the code that the device shows."])}
            {page.Form(Path, Markup.Of($"""
                {Controls.Input(new("user_code", page["Code", "Code"]) { Value = typed, Longest = 16, Problem = problem, Focus = true, Hint = "XXXX-XXXX" })}
                {Controls.Button(page["Weiter", "Continue"])}
                """))}
            """), status);
    }

    static IResult Ask(Page page, WaitingDevice device, LiveSession live)
    {
        var title = page[$"{device.ClientName} anmelden?", $"Sign in {device.ClientName}?"];
        var scopes = device.Scopes.Select(scope => Markup.Of($"<li>{ScopeText.Of(page, scope)}</li>"));
        return page.Show(title, Markup.Of($"""
            {Controls.Title(title, page[$"Nur wenn dein eigenes Gerät gerade {device.UserCode} anzeigt. Schickt dir jemand diesen Code, lehne ab. Die App möchte:", $"Only if your own device is showing {device.UserCode} right now. If somebody sent you this code, decline. The app wants to:"])}
            <ul>{scopes}</ul>
            <p class="fine">{page[$"Du bist als {live.User.Email} angemeldet.", $"You are signed in as {live.User.Email}."]}</p>
            {page.Form(Path, Markup.Of($"""
                {Controls.Hidden("user_code", device.UserCode)}
                <button type="submit" class="primary" name="answer" value="accept">{page["Erlauben", "Allow"]}</button>
                <button type="submit" class="secondary" name="answer" value="deny">{page["Ablehnen", "Decline"]}</button>
                """))}
            """));
    }

    static IResult Done(Page page, string title, string lead) => page.Show(title, Controls.Title(title, lead));
}
