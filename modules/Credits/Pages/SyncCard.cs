using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.SyncBilling;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Pages;

/// <summary>Cloud Sync on and off (commerce.md 4.5).</summary>
internal static class SyncCard
{
    public static Markup Of(AccountPage page, CreditsView view) => AccountPage.Card("Cloud Sync", view.Sync switch
    {
        { Gifted: true } => Markup.Of($"<p><span class=\"tag\">{page["Geschenkt", "A gift"]}</span> {page["Cloud Sync ist an und kostet dich nichts.", "Cloud Sync is on and costs you nothing."]}</p>"),
        { Active: true } => On(page, view),
        _ => Off(page, view),
    }, page["Hält deine Daten auf allen Geräten gleich.", "Keeps your data the same on all devices."], "sync");

    public static async Task<IResult> ChangeAsync(AccountPage page, CurrentUser user, SyncSubscriptions sync, CreditsOverview overview, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        var interval = BillingCalendar.Intervals.Contains(form["interval"].ToString(), StringComparer.Ordinal) ? form["interval"].ToString() : "monthly";
        var (done, change) = form["do"].ToString() switch
        {
            "on" => ("sync-on", await sync.ActivateAsync(user.UserId, interval, cancellationToken)),
            "end" => ("sync-ends", await sync.DeactivateAsync(user.UserId, atPeriodEnd: true, cancellationToken)),
            "off" => ("sync-off", await sync.DeactivateAsync(user.UserId, atPeriodEnd: false, cancellationToken)),
            "interval" => ("sync-saved", await sync.ChangeIntervalAsync(user.UserId, interval, cancellationToken)),
            "resume" => ("sync-saved", await sync.SetAutoResumeAsync(user.UserId, form["autoResume"] == "true", cancellationToken)),
            _ => ("", null),
        };
        // A second click finds it as it was wanted.
        if (change is null or SyncChange.Done or SyncChange.AlreadyActive or SyncChange.NotActive or SyncChange.Gifted)
            return AccountPage.SeeOther($"{CreditsPages.Path}?done={(change is SyncChange.Done ? done : "")}#sync");
        var (problem, status) = change switch
        {
            SyncChange.Refused { Why: PostingResult.Insufficient } => (page["Dafür reicht dein Guthaben nicht.", "Your balance is not enough for that."], 402),
            SyncChange.Refused { Why: PostingResult.Frozen } => (page["Solange dein Guthaben geprüft wird, geht das nicht.", "Not while your balance is being checked."], 409),
            _ => (page["Das ging gerade nicht. Bitte versuche es noch einmal.", "That did not work just now. Please try again."], 409),
        };
        return BalancePage.Show(page, await overview.OfAsync(user.UserId, cancellationToken), Controls.Problem(problem), status);
    }

    static Markup On(AccountPage page, CreditsView view)
    {
        var sync = view.Sync;
        var next = sync.NextChargeAt is { } due ? page.Day(due) : "";
        var state = sync switch
        {
            { GraceUntil: { } until } => Controls.Problem(page[$"Dein Guthaben reicht nicht. Lade bis {page.Day(until)} auf, sonst pausiert Cloud Sync.", $"Your balance is not enough. Top up until {page.Day(until)}, or Cloud Sync pauses."]),
            { CancelAtPeriodEnd: true } => Markup.Of($"<p>{page[$"Endet am {next}. Bis dahin läuft alles weiter.", $"Ends on {next}. Everything goes on until then."]}</p>"),
            _ => Markup.Of($"<p><span class=\"tag\">{page["An", "On"]}</span> {page[$"{CreditsWords.Amount(page, sync.Price)} Mana, das nächste Mal am {next}.", $"{CreditsWords.Amount(page, sync.Price)} Mana, next on {next}."]}</p>"),
        };
        var end = sync.CancelAtPeriodEnd ? Markup.None : page.Form(CreditsPages.SyncPath, Markup.Of($"{Controls.Hidden("do", "end")}{Controls.Button(page["Zum Ende ausschalten", "Turn off at the end"], "secondary")}"), "inline");
        return Markup.Of($"""
            {state}
            {page.Form(CreditsPages.SyncPath, Markup.Of($"{Controls.Hidden("do", "interval")}{Intervals(page, view, page["Zahlen", "Pay"])}{Controls.Button(page["Ändern", "Change"], "secondary")}"), "line")}
            <p class="fine">{page["Gilt ab der nächsten Zahlung.", "From the next payment on."]}</p>
            {Resume(page, sync)}
            <div class="buttons">{end}{page.Form(CreditsPages.SyncPath, Markup.Of($"{Controls.Hidden("do", "off")}{Controls.Button(page["Sofort ausschalten", "Turn off now"], "danger")}"), "inline")}</div>
            <p class="fine">{page["Wer sofort ausschaltet, bekommt nichts zurück. Deine Daten bleiben.", "Turning it off now gives nothing back. Your data stays."]}</p>
            """);
    }

    static Markup Off(AccountPage page, CreditsView view)
    {
        var paused = view.Sync.PausedAt is null ? Markup.None
            : Controls.Problem(page["Cloud Sync pausiert, weil das Guthaben nicht reichte.", "Cloud Sync is paused because the balance was not enough."]);
        return Markup.Of($"""
            {paused}
            {page.Form(CreditsPages.SyncPath, Markup.Of($"{Controls.Hidden("do", "on")}{Intervals(page, view, page["Zahlen", "Pay"])}{Controls.Button(page["Einschalten", "Turn on"])}"), "line")}
            {(view.Sync.PausedAt is null ? Markup.None : Resume(page, view.Sync))}
            """);
    }

    static Markup Resume(AccountPage page, SyncStatusBody sync) => page.Form(CreditsPages.SyncPath, Markup.Of($"""
        {Controls.Hidden("do", "resume")}{Controls.Check("autoResume", page["Nach einer Pause von selbst weiter, sobald Guthaben da ist", "After a pause, go on by itself once there are credits"], sync.AutoResume)}{Controls.Button(page["Speichern", "Save"], "secondary")}
        """), "line");

    static Markup Intervals(AccountPage page, CreditsView view, string label)
    {
        var options = BillingCalendar.Intervals.Select(interval => Markup.Of(
            $"<option value=\"{interval}\"{new Markup(interval == view.Sync.Interval ? " selected" : "")}>{CreditsWords.Interval(page, interval)} · {CreditsWords.Amount(page, view.SyncPrice.Of(interval))} Mana</option>"));
        return Markup.Of($"""<div class="field"><label for="interval">{label}</label><select id="interval" name="interval">{options}</select></div>""");
    }
}
