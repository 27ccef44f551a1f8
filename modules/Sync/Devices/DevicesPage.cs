using System.Globalization;
using Mana.Auth.Contracts;
using Mana.Kernel.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Pages;
using Mana.Sync.Contracts;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Devices;

/// <summary><c>/admin/devices</c>: who syncs from where, how far they are behind, how much they store. Never what.</summary>
internal static class DevicesPage
{
    public const string Path = "/admin/devices";
    public const string Route = Path + "/{id}";
    const int LongestUser = 128;
    static readonly ApiError Unknown = new(StatusCodes.Status404NotFound, "not_found", "No such account");

    public static async Task<IResult> ListAsync(AdminPage page, DeviceRoll roll, TimeProvider time, CancellationToken cancellationToken)
    {
        if (page.Query["q"].ToString().Trim() is { Length: > 0 and <= LongestUser } id)
            return AdminPage.SeeOther(PathOf(id));
        var (number, now) = (page.Number(), time.GetUtcNow());
        var devices = await roll.PageAsync(number, cancellationToken);
        var rows = devices.Take(DeviceRoll.PageSize).Select(device => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Code(device.ClientId), device.AppId),
            Controls.Link(PathOf(device.UserId), device.UserId),
            AdminParts.Text(Ago(page, now - device.SeenAt)),
            AdminParts.Small(AdminParts.Text(device.SyncedUntil), device.LastError),
        ]);
        return page.Show(Path, page["Sync-Geräte", "Sync devices"], Markup.Of($"""
            {AdminParts.Find(page, Path, page["Id der Person", "Id of the person"], null)}
            {AdminParts.Card(null, Markup.Of($"""
                {AdminParts.Table(page, [page["Gerät", "Device"], page["Person", "Person"], page["gesehen", "seen"], page["gelesen bis", "read until"]], rows)}
                {AdminParts.Pager(page, Path, number, devices.Count > DeviceRoll.PageSize)}
                """))}
            """));
    }

    public static async Task<IResult> ShowAsync(string id, AdminPage page, IAccountDirectory accounts, DebugView view, IRecordCounts records, TimeProvider time, CancellationToken cancellationToken)
    {
        page.About(id);
        if (id.Length > LongestUser || await accounts.FindAsync(id, cancellationToken) is not { } person)
            return Unknown;
        var now = time.GetUtcNow();
        var (devices, scopes) = await view.ReadAsync(await view.TenantAsync(id, cancellationToken), cancellationToken);
        var counts = await records.OfUserAsync(id, cancellationToken);
        return page.Show(Path, person.Name.Length == 0 ? person.Email : person.Name, Markup.Of($"""
            <p>{Controls.Link($"/admin/users/{Uri.EscapeDataString(id)}", person.Email)}</p>
            {AdminParts.Card(page["Geräte", "Devices"], AdminParts.Table(page, [page["Gerät", "Device"], page["gesehen", "seen"], page["gelesen bis", "read until"], page["Rückstand", "behind"], page["Uhr", "clock"], page["Fehler", "error"]],
                devices.Select(device => (IReadOnlyList<Markup>)
                [
                    AdminParts.Small(AdminParts.Code(device.ClientId), device.AppId),
                    AdminParts.Text(Ago(page, now - device.LastSeen)),
                    AdminParts.Text(device.SyncedUntil),
                    device.LagSeconds > 3600 ? AdminParts.State(AdminParts.Span(TimeSpan.FromSeconds(device.LagSeconds)), AdminState.Warning) : AdminParts.Text(AdminParts.Span(TimeSpan.FromSeconds(device.LagSeconds))),
                    AdminParts.Text(device.ClockAheadMs is { } ahead ? string.Create(CultureInfo.InvariantCulture, $"{ahead} ms") : null),
                    AdminParts.Small(AdminParts.Text(device.LastError), device.LastErrorAt is { } at ? page.Instant(at) : null),
                ])))}
            {AdminParts.Card(page["Gespeichert", "Stored"], AdminParts.Table(page, ["App", page["Sammlung", "Collection"], page["Einträge", "Records"], page["zuletzt geändert", "last changed"]],
                counts.Select(count => (IReadOnlyList<Markup>)[AdminParts.Code(count.AppId), AdminParts.Code(count.TableName), AdminParts.Number(count.Count), AdminParts.Text(page.Instant(count.LastChangedAt))])))}
            {AdminParts.Card(page["Bereiche", "Scopes"], AdminParts.Table(page, [page["Bereich", "Scope"], page["schreiben", "write"], page["neueste Änderung", "newest change"]],
                scopes.Select(scope => (IReadOnlyList<Markup>)[AdminParts.Code(scope.Scope), AdminParts.Text(scope.MayWrite ? page["ja", "yes"] : page["nein", "no"]), AdminParts.Text(scope.Newest)])))}
            """));
    }

    static string PathOf(string userId) => $"{Path}/{Uri.EscapeDataString(userId)}";

    static string Ago(AdminPage page, TimeSpan span) => page[$"vor {AdminParts.Span(span)}", $"{AdminParts.Span(span)} ago"];
}

/// <summary>Who is connected to this host right now.</summary>
internal sealed class LiveGlances(ILivePresence live, IReplicaStatus replicas) : IAdminGlances
{
    public Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken)
    {
        AdminGlance[] glances =
        [
            new("verbundene Geräte (dieser Rechner)", "connected devices (this host)", (live.Sockets + live.Streams).ToString(CultureInfo.InvariantCulture), Path: DevicesPage.Path),
        ];
        return Task.FromResult<IReadOnlyList<AdminGlance>>(replicas.Configured == 0 ? glances : [.. glances, OfReplicas()]);
    }

    AdminGlance OfReplicas() => new(
        "Lese-Replikate in Gebrauch", "read replicas in use", string.Create(CultureInfo.InvariantCulture, $"{replicas.Used} / {replicas.Configured}"),
        replicas.Used == replicas.Configured ? AdminState.Good : AdminState.Warning);
}
