using System.Globalization;
using Mana.Kernel.Database;
using Mana.Kernel.Jobs;
using Npgsql;

namespace Mana.Kernel.Admin;

/// <summary>Database, events and jobs at a glance.</summary>
internal sealed class KernelGlances(DatabaseFigures figures, ParkedEvents events, IManaJobs jobs) : IAdminGlances
{
    const double Crowded = 0.8;

    public async Task<IReadOnlyList<AdminGlance>> NowAsync(CancellationToken cancellationToken)
    {
        var glances = new List<AdminGlance> { Database() };
        try
        {
            var counts = await events.CountsAsync(cancellationToken);
            var parked = counts.Sum(count => count.Parked);
            glances.Add(new("Ereignisse warten", "Events waiting", Text(counts.Sum(count => count.Pending)), Path: ParkedPage.Path));
            glances.Add(new("Ereignisse aufgegeben", "Events parked", Text(parked), parked == 0 ? AdminState.Good : AdminState.Bad, ParkedPage.Path));
            var known = await jobs.ListAsync(cancellationToken);
            var failing = known.Count(job => job.LastResult == JobMetrics.Failure);
            glances.Add(new("Aufgaben schlagen fehl", "Jobs failing", $"{Text(failing)} / {Text(known.Count)}", failing == 0 ? AdminState.Good : AdminState.Bad, JobsPage.Path));
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            glances.Add(new("Ereignisse und Aufgaben", "Events and jobs", "?", AdminState.Bad, HealthPage.Path));
        }

        return glances;
    }

    AdminGlance Database() => figures is { IsUp: true, Last: { } sample }
        ? new("Verbindungen zur Datenbank", "Database connections", $"{Text(sample.Connections)} / {Text(sample.MostConnections)}",
            sample.Connections > Crowded * sample.MostConnections ? AdminState.Warning : AdminState.Good, HealthPage.Path)
        : new("Datenbank", "Database", "–", AdminState.Bad, HealthPage.Path);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
