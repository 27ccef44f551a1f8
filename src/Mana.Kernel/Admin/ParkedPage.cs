using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Admin;

/// <summary><c>/admin/events</c>: the outboxes, and what was given up in them. The payloads stay where they are: they may name people.</summary>
internal static class ParkedPage
{
    public const string Path = "/admin/events";

    public static async Task<IResult> ShowAsync(AdminPage page, ParkedEvents events, CancellationToken cancellationToken)
    {
        var parked = (await events.ListAsync(cancellationToken)).Select(message => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Code(message.Type), message.Id.ToString()),
            AdminParts.Text(message.Module),
            AdminParts.Text(page.Instant(message.OccurredAt)),
            AdminParts.Text(page.Instant(message.ParkedAt)),
            AdminParts.Small(AdminParts.Number(message.Attempts), message.LastError),
            page.Form(Path, Markup.Of($"""{Controls.Hidden("module", message.Module)}{Controls.Hidden("id", message.Id.ToString())}{Controls.Button(page["Noch einmal", "Retry"], "secondary")}""")),
        ]);
        var counts = (await events.CountsAsync(cancellationToken)).Select(count => (IReadOnlyList<Markup>)
        [
            AdminParts.Code(count.Module), AdminParts.Number(count.Pending), count.Parked == 0 ? AdminParts.Number(0) : AdminParts.State(count.Parked.ToString(System.Globalization.CultureInfo.InvariantCulture), AdminState.Bad),
        ]);
        return page.Show(Path, page["Ereignisse", "Events"], Markup.Of($"""
            {AdminParts.Notice(
                page,
                ("retried", "Das Ereignis ist wieder an der Reihe.", "The event is back in line."),
                ("gone", "Dieses Ereignis ist nicht mehr geparkt.", "This event is not parked any more."))}
            {AdminParts.Card(page["Aufgegeben", "Parked"], AdminParts.Table(page, [page["Ereignis", "Event"], page["Modul", "Module"], page["entstanden", "occurred"], page["aufgegeben", "parked"], page["Versuche", "Attempts"], ""], parked),
                page["Nach zehn Versuchen. Finde die Ursache im Protokoll des Servers, dann versuche es noch einmal.", "After ten attempts. Find the cause in the server's log, then retry."])}
            {AdminParts.Card(page["Postausgänge", "Outboxes"], AdminParts.Table(page, [page["Modul", "Module"], page["warten", "waiting"], page["aufgegeben", "parked"]], counts))}
            """));
    }

    public static async Task<IResult> RetryAsync(AdminPage page, ParkedEvents events, CancellationToken cancellationToken)
    {
        var form = await page.FormAsync();
        page.Does("event.retry", target: $"{form["module"]}/{form["id"]}");
        return Guid.TryParse(form["id"], out var id) && await events.RetryAsync(form["module"].ToString(), id, cancellationToken) ? AdminPage.Done(Path, "retried") : page.Failed(Path, "gone");
    }
}
