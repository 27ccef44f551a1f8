using System.Globalization;
using Mana.Kernel.Jobs;
using Mana.Kernel.Pages;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Admin;

/// <summary><c>/admin/jobs</c>: scheduled work of the whole cluster, and "now".</summary>
internal static class JobsPage
{
    public const string Path = "/admin/jobs";
    const string Every = "every ";

    public static async Task<IResult> ShowAsync(AdminPage page, IManaJobs jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rows = (await jobs.ListAsync(cancellationToken)).Select(job => (IReadOnlyList<Markup>)
        [
            AdminParts.Small(AdminParts.Code(job.Name), Words(page, job.Schedule)),
            Outcome(page, job),
            AdminParts.Small(AdminParts.Text(page.Instant(job.LastEnd ?? job.LastSuccess ?? job.Previous)), job.LastDuration is { } took ? $"{took.TotalMilliseconds:0} ms" : null),
            AdminParts.Small(AdminParts.Text(page.Instant(job.Next)), job.Next > now ? page[$"in {AdminParts.Span(job.Next.Value - now)}", $"in {AdminParts.Span(job.Next.Value - now)}"] : null),
            page.Form(Path, Markup.Of($"""{Controls.Hidden("job", job.Name)}<button type="submit" class="secondary" aria-label="{page[$"{job.Name} jetzt ausführen", $"Run {job.Name} now"]}">{page["Jetzt", "Run now"]}</button>""")),
        ]);
        return page.Show(Path, page["Aufgaben", "Jobs"], Markup.Of($"""
            {AdminParts.Notice(
                page,
                ("asked", "Der Lauf ist vorgemerkt; er beginnt, sobald ein Rechner frei ist.", "The run is asked for; it begins as soon as a host is free."),
                ("pending", "Ein Lauf ist schon vorgemerkt.", "A run is asked for already."),
                ("unknown", "Diese Aufgabe gibt es nicht.", "There is no such job."),
                ("unavailable", "Auf diesem Rechner laufen keine Aufgaben.", "This host runs no jobs."))}
            {AdminParts.Card(null, AdminParts.Table(page, [page["Aufgabe", "Job"], page["Ergebnis", "Outcome"], page["zuletzt", "last run"], page["nächstes Mal", "next run"], ""], rows))}
            """));
    }

    public static async Task<IResult> RunAsync(AdminPage page, IManaJobs jobs, CancellationToken cancellationToken)
    {
        var name = (await page.FormAsync())["job"].ToString();
        page.Does("job.run", target: name);
        return await jobs.TriggerAsync(name, cancellationToken) switch
        {
            JobTriggerResult.Accepted => AdminPage.Done(Path, "asked"),
            JobTriggerResult.AlreadyPending => page.Failed(Path, "pending"),
            JobTriggerResult.NotFound => page.Failed(Path, "unknown"),
            _ => page.Failed(Path, "unavailable"),
        };
    }

    /// <summary>Schedules are kept as .NET writes spans: <c>every 1.00:00:00</c> is a day.</summary>
    static string Words(AdminPage page, string schedule) =>
        schedule.StartsWith(Every, StringComparison.Ordinal) && TimeSpan.TryParse(schedule.AsSpan(Every.Length), CultureInfo.InvariantCulture, out var span)
            ? page[$"alle {AdminParts.Span(span)}", $"every {AdminParts.Span(span)}"]
            : schedule;

    static Markup Outcome(AdminPage page, ManaJobInfo job) => job switch
    {
        { Running: true } => AdminParts.State(page["läuft", "running"], AdminState.Warning),
        { LastResult: JobMetrics.Failure } => AdminParts.Small(AdminParts.State(page["Fehler", "failed"], AdminState.Bad), job.LastSuccess is null ? null : page[$"zuletzt gut {page.Instant(job.LastSuccess)}", $"last good {page.Instant(job.LastSuccess)}"]),
        { LastResult: { } other and not JobMetrics.Success } => AdminParts.State(other, AdminState.Warning),
        { LastResult: JobMetrics.Success } or { LastSuccess: not null } => AdminParts.State(page["gut", "good"], AdminState.Good),
        _ => AdminParts.State(page["noch nie", "not yet"]),
    };
}
