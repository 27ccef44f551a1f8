using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.SecurityEvents;
using Mana.Kernel.Stopping;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>The answer of auth.md 19.3. <c>success</c> is true when everything is erased and was looked at again, and not before.</summary>
/// <param name="Status"><c>completed</c> or <c>running</c>.</param>
internal sealed record ErasureReport(bool Success, string Status, IReadOnlyList<ErasedProject> DeletedFromProjects, ErasedAccount DeletedFromAuth, long TotalDeleted);

internal sealed record ErasedProject(
    string ProjectId, string ProjectName, bool Success, long DeletedCount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

internal sealed record ErasedAccount(int Sessions, int Accounts, long Credits, bool User);

internal abstract record ErasureResult
{
    public sealed record Done(ErasureReport Report) : ErasureResult;

    public sealed record SoleOwner(IReadOnlyList<OwnedSpace> Spaces) : ErasureResult;

    public sealed record NotFound : ErasureResult;
}

/// <summary>Erases an account: for its owner, for an administrator, for whoever removes a persona. Callers ask for proof before.</summary>
internal sealed class AccountErasure(AuthDbContext database, ErasureStart start, ErasureRun run, PrivacyOptions options, TimeProvider time)
{
    static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal) { ["sync"] = "Sync-Daten", ["notifications"] = "Benachrichtigungen", ["credits"] = "Credits" };

    /// <summary>Returns when it is over, or after a few seconds; then the job goes on. Who hangs up does not stop it.</summary>
    public async Task<ErasureResult> EraseAsync(string userId, ErasureWish wish, string locale, ClientInfo client, CancellationToken cancellationToken)
    {
        switch (await start.StartAsync(userId, wish, locale, client, cancellationToken))
        {
            case ErasureStarted.SoleOwner sole:
                return new ErasureResult.SoleOwner(sole.Spaces);
            case ErasureStarted.Running running:
                await TryAsync(running.ErasureId);
                return new ErasureResult.Done(await ReportAsync(running.ErasureId, CancellationToken.None));
            default:
                return new ErasureResult.NotFound();
        }
    }

    async Task TryAsync(string erasureId)
    {
        using var patience = new Patience(TimeSpan.FromSeconds(options.ErasureSeconds), time);
        try
        {
            await run.RunNextAsync(erasureId, patience.Token);
        }
        catch (Exception exception) when (patience.IsOver || exception is Npgsql.NpgsqlException or TimeoutException)
        {
            // What is done stays done; the job takes it up where it is.
        }
    }

    async Task<ErasureReport> ReportAsync(string erasureId, CancellationToken cancellationToken)
    {
        var erasure = await database.Set<Erasure>().AsNoTracking().SingleAsync(row => row.Id == erasureId, cancellationToken);
        var steps = await database.Set<ErasureStep>().AsNoTracking().Where(step => step.ErasureId == erasureId).OrderBy(step => step.Module).ToListAsync(cancellationToken);
        var projects = steps.Where(step => step.Module is not (ErasureStart.SpacesStep or AuthPersonalData.Name))
            .Select(step => new ErasedProject(step.Module, Names.GetValueOrDefault(step.Module, step.Module), step.DoneAt is not null, step.DeletedCount, step.LastError)).ToList();
        var gone = steps.Exists(step => step is { Module: AuthPersonalData.Name, DoneAt: not null });
        var own = new ErasedAccount(erasure.Sessions, erasure.Accounts, projects.Find(project => project.ProjectId == "credits")?.DeletedCount ?? 0, gone);
        var total = projects.Sum(project => project.DeletedCount) + erasure.Sessions + erasure.Accounts + (gone ? 1 : 0);
        return new ErasureReport(erasure.ErasedAt is not null, erasure.ErasedAt is null ? "running" : "completed", projects, own, total);
    }
}
