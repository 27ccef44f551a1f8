using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Import;

/// <summary>A run of the import: look for what is in the way, store what is missing, compare all of it, try every vault.</summary>
internal sealed class AuthImport(
    [FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource database, IEnumerable<ITableImport> tables, VaultOpening vaults, MissingSpaces missing, TimeProvider time) : IAuthImport
{
    const string Storing = "Importing";
    const string Comparing = "Comparing";

    readonly IReadOnlyList<ITableImport> _tables = [.. tables];
    readonly VaultOpening _vaults = vaults;
    readonly MissingSpaces _missing = missing;
    readonly TimeProvider _time = time;

    public async Task<AuthImportResult> RunAsync(AuthImportRequest request, IProgress<AuthImportProgress> progress, CancellationToken cancellationToken)
    {
        if (request.BatchSize is < 1 or > AuthImportRequest.LargestBatch)
            return Refused($"A batch has 1 to {AuthImportRequest.LargestBatch} rows.");
        if (DatabaseAddress.Read(request.Source) is not { } address)
            return Refused("The address of the original is neither a URL nor a connection string.");
        await using var target = await ImportTarget.TryOpenAsync(database, request.DryRun, cancellationToken);
        if (target is null)
            return Refused("Another import into this database is running.");
        var (original, problem) = await OriginalAuth.OpenAsync(address, request.Schema, [.. _tables.Select(table => table.Source)], cancellationToken);
        if (original is null)
            return Refused(problem!);
        await using (original)
        {
            var survey = await Survey.TakeAsync(original, cancellationToken);
            if (await Conflicts.FindAsync(target.Connection, survey, cancellationToken) is { Count: > 0 } conflicts)
                return new AuthImportResult.Refused("This database has accounts or spaces of its own that are in the way of the original's.", conflicts);
            return await new Run(this, original, target, survey, request, progress).GoAsync(cancellationToken);
        }
    }

    static AuthImportResult.Refused Refused(string reason) => new(reason, []);

    sealed class Run(AuthImport import, OriginalAuth original, ImportTarget target, Survey survey, AuthImportRequest request, IProgress<AuthImportProgress> progress)
    {
        readonly Dictionary<ITableImport, TableTally> _tallies = import._tables.ToDictionary(table => table, table => new TableTally(table.Source.Name));
        long _run;

        public async Task<AuthImportResult> GoAsync(CancellationToken cancellationToken)
        {
            await target.RunAsync(async _ => _run = await ImportBook.BeginAsync(target.Connection, import._time.GetUtcNow(), cancellationToken), cancellationToken);
            var passes = import._tables.Select(table => (Step: Storing, Table: table)).Concat(import._tables.Select(table => (Comparing, table)));
            foreach (var (step, table) in passes)
                await PassAsync(table, step, cancellationToken);
            foreach (var owner in await import._missing.AddAsync(target, cancellationToken))
                _tallies[import._tables[0]].Remark("had no personal space, and got one", owner);
            var total = await original.CountAsync("encryption_vaults", cancellationToken);
            var opened = await import._vaults.TryAllAsync(original, survey, done => progress.Report(new("Opening vaults", done, total)), cancellationToken);
            var result = new AuthImportResult.Completed(
                [.. _tallies.Values.Select(tally => tally.Table)], [.. _tallies.Values.SelectMany(tally => tally.Skipped)],
                [.. _tallies.Values.SelectMany(tally => tally.Remarks)], await LeftBehindAsync(cancellationToken), opened, request.DryRun);
            if (result.Passed)
                await target.RunAsync(_ => ImportBook.FinishAsync(target.Connection, _run, import._time.GetUtcNow(), cancellationToken), cancellationToken);
            return result;
        }

        async Task PassAsync(ITableImport table, string step, CancellationToken cancellationToken)
        {
            var (tally, done) = (_tallies[table], 0L);
            var total = await original.CountAsync(table.Source.Name, cancellationToken);
            var batch = new ImportBatch(table, _run);
            await foreach (var row in original.RowsAsync(table.Source, cancellationToken))
            {
                done++;
                Plan(table, row, batch, step == Storing ? tally : null);
                if (batch.Rows.Count < request.BatchSize)
                    continue;
                await EndAsync(batch, tally, step, cancellationToken);
                progress.Report(new($"{step} {table.Source.Name}", done, total));
                batch = new ImportBatch(table, _run);
            }

            await EndAsync(batch, tally, step, cancellationToken);
            progress.Report(new($"{step} {table.Source.Name}", done, total));
        }

        void Plan(ITableImport table, OriginalRow row, ImportBatch batch, TableTally? tally)
        {
            var id = row[table.Source.Id];
            var plan = string.IsNullOrEmpty(id) ? Import.Plan.Skip("no id") : table.Read(row, survey);
            if (tally is not null)
                tally.Read++;
            if (plan.Row is { } wanted)
                batch.Rows.Add(new PlannedRow(id!, wanted, plan.Remarks));
            else
                tally?.Skip(plan.Skipped!, id ?? "");
        }

        async Task EndAsync(ImportBatch batch, TableTally tally, string step, CancellationToken cancellationToken)
        {
            if (batch.Rows.Count == 0)
                return;
            Action<TableTally> count = _ => { };
            await target.RunAsync(
                async _ => count = await (step == Storing ? batch.StoreAsync(target.Connection, cancellationToken) : batch.CompareAsync(target.Connection, cancellationToken)), cancellationToken);
            count(tally);
        }

        async Task<List<AuthImportLeftBehind>> LeftBehindAsync(CancellationToken cancellationToken)
        {
            var left = new List<AuthImportLeftBehind>();
            foreach (var table in original.Tables.Except(import._tables.Select(table => table.Source.Name), StringComparer.Ordinal))
                if (await original.CountAsync(table, cancellationToken) is > 0 and var rows)
                    left.Add(new AuthImportLeftBehind(table, rows, LeftBehind.Reasons.GetValueOrDefault(table, LeftBehind.Unknown)));
            return left;
        }
    }
}
