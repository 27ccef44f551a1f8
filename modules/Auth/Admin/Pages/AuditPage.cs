using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Pages;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Admin;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Admin.Pages;

/// <summary><c>/admin/audit</c>: security events of everybody, what administrators did first.</summary>
internal static class AuditPage
{
    public const string Path = "/admin/audit";
    const string Everything = "all";

    public static async Task<IResult> ShowAsync(AdminPage page, AuditTrail trail, CancellationToken cancellationToken)
    {
        var user = page.Query["user"].ToString() is { Length: > 0 and <= 200 } wanted ? wanted.Replace("\0", "", StringComparison.Ordinal) : null;
        var asked = page.Query["type"].ToString();
        // A person's page leads here for everything about them; otherwise begin with what administrators did.
        var type = asked.Length == 0 && user is null ? SecurityEventTypes.AdminAction : AuditTrail.Known(asked);
        if (user is not null)
            page.About(user);
        var found = await trail.PageAsync(type, user, Guid.TryParse(page.Query["before"], out var before) ? before : null, cancellationToken);
        var shown = found.Take(AuditTrail.PageSize).ToList();
        var address = $"{Path}?type={type ?? Everything}{(user is null ? "" : "&user=" + Uri.EscapeDataString(user))}";
        var older = found.Count > AuditTrail.PageSize ? Markup.Of($"<p>{Controls.Link($"{address}&before={shown[^1].Id}", page["Ältere", "Older"])}</p>") : Markup.None;
        return page.Show(Path, page["Protokoll", "Audit log"], Markup.Of($"""
            <form method="get" action="{Path}" class="find" role="search">
            {AdminParts.Choice("type", page["Art", "Type"], type ?? Everything, AuditTrail.Types.Select(known => (known, known)).Prepend((Everything, page["alle", "all"])))}
            <label>{page["Id der Person", "Id of the person"]}<input name="user" value="{user}" maxlength="200" autocomplete="off"></label>
            {Controls.Button(page["Zeigen", "Show"], "secondary")}</form>
            {AdminParts.Card(null, Markup.Of($"{Table(page, shown, withPerson: true)}{older}"))}
            """));
    }

    /// <summary>One line for each event; its facts as they are stored, which holds no secret.</summary>
    public static Markup Table(AdminPage page, IEnumerable<SecurityEvent> events, bool withPerson)
    {
        var person = page["Person", "Person"];
        string[] heads = [page["Ereignis", "Event"], page["wann", "when"], .. withPerson ? (string[])[person] : [], page["Einzelheiten", "Details"], page["von wo", "from"]];
        return AdminParts.Table(page, heads, events.Select(entry => (IReadOnlyList<Markup>)
        [
            AdminParts.Code(entry.EventType),
            AdminParts.Text(page.Instant(entry.CreatedAt)),
            .. withPerson ? (Markup[])[entry.UserId is { } id ? Controls.Link(UserPage.PathOf(id), id) : AdminParts.Text(null)] : [],
            AdminParts.Text(Facts(entry.Metadata)),
            AdminParts.Small(AdminParts.Code(entry.IpAddress), DeviceLabel.Of(entry.UserAgent)),
        ]));
    }

    static string Facts(string metadata)
    {
        using var facts = JsonDocument.Parse(metadata);
        return facts.RootElement.ValueKind == JsonValueKind.Object ? string.Join(", ", facts.RootElement.EnumerateObject().Select(fact => $"{fact.Name}: {fact.Value}")) : "";
    }
}
