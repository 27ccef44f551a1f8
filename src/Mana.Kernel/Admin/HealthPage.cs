using Mana.Kernel.Database;
using Mana.Kernel.Pages;
using Mana.Kernel.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Mana.Kernel.Admin;

/// <summary><c>/admin/health</c>: this process and its database.</summary>
internal static class HealthPage
{
    public const string Path = "/admin/health";

    public static IResult Show(AdminPage page, DatabaseFigures figures, IHostEnvironment environment, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var memory = GC.GetGCMemoryInfo();
        var host = AdminParts.Facts(
            (page["Version", "Version"], AdminParts.Code(ProcessMetrics.Version)),
            (page["Umgebung", "Environment"], AdminParts.Text(environment.EnvironmentName)),
            (page["Rechner", "Machine"], AdminParts.Code(Environment.MachineName)),
            (page["Läuft seit", "Up for"], AdminParts.Text(AdminParts.Span(now - DateTimeOffset.UnixEpoch.AddSeconds(ProcessMetrics.StartSeconds())))),
            (page["Speicher", "Memory"], AdminParts.Text(AdminParts.Bytes(Environment.WorkingSet))),
            (page["davon verwaltet", "of it managed"], AdminParts.Text(AdminParts.Bytes(GC.GetTotalMemory(forceFullCollection: false)))),
            (page["Grenze", "Limit"], AdminParts.Text(AdminParts.Bytes(memory.TotalAvailableMemoryBytes))),
            (page["Uhr", "Clock"], AdminParts.Text(page.Instant(now) + " UTC")));
        return page.Show(Path, page["Zustand", "Health"], Markup.Of($"""
            <div class="two">{AdminParts.Card(page["Dieser Prozess", "This process"], host)}{AdminParts.Card("PostgreSQL", Database(page, figures, now))}</div>
            <p class="fine">{page["Zahlen für Maschinen: ", "Figures for machines: "]}<code>/metrics</code>, <code>/health</code>, <code>/health/ready</code></p>
            """));
    }

    static Markup Database(AdminPage page, DatabaseFigures figures, DateTimeOffset now)
    {
        if (figures.Last is not { } sample)
            return Controls.Problem(page["Die Datenbank antwortet nicht.", "The database does not answer."]);
        var looked = sample.BlocksHit + sample.BlocksRead;
        return Markup.Of($"""
            {(figures.IsUp ? Markup.None : Controls.Problem(page["Die Datenbank antwortet gerade nicht.", "The database does not answer at the moment."]))}
            {AdminParts.Facts(
                (page["Version", "Version"], AdminParts.Code(sample.Version)),
                (page["Verbindungen", "Connections"], AdminParts.Text($"{sample.Connections} / {sample.MostConnections}")),
                (page["davon unsere", "of it ours"], AdminParts.Number(sample.OwnConnections)),
                (page["warten auf Sperren", "waiting for locks"], AdminParts.Number(sample.Waiting)),
                (page["älteste Transaktion", "oldest transaction"], AdminParts.Text(AdminParts.Span(TimeSpan.FromSeconds(sample.OldestTransactionSeconds)))),
                (page["Größe", "Size"], AdminParts.Text(AdminParts.Bytes(sample.Bytes))),
                (page["Zeilen", "Rows"], AdminParts.Number(sample.LiveRows)),
                (page["tote Zeilen", "dead rows"], AdminParts.Number(sample.DeadRows)),
                (page["aus dem Zwischenspeicher", "from the cache"], AdminParts.Text(looked == 0 ? null : $"{100 * sample.BlocksHit / looked} %")),
                (page["Kopien", "Replicas"], AdminParts.Text(sample.Replicas == 0 ? "0" : $"{sample.Replicas} (+{AdminParts.Span(TimeSpan.FromSeconds(sample.ReplicationLagSeconds))})")),
                (page["gemessen", "measured"], AdminParts.Text(page[$"vor {AdminParts.Span(now - sample.At)}", $"{AdminParts.Span(now - sample.At)} ago"])))}
            """);
    }
}
