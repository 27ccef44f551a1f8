using System.Threading.Channels;
using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Mana.Sync.Contracts;
using Mana.Sync.Import.Verification;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Sync.Import;

/// <summary>A run of the import: from the bookmark of the last one to the end of the original, then the comparison of all of it.</summary>
internal sealed class SyncImport(
    NpgsqlDataSource database, [FromKeyedServices(DirectConnection.Key)] NpgsqlDataSource direct, ChunkStore store, ISpaceDirectory directory) : ISyncImport
{
    const string InUse = "This database has been synced with already: the history is stored as of now, and clients are given all of it once more.";

    public async Task<ImportResult> RunAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        if (request.BatchSize is < 1 or > ImportRequest.LargestBatch)
            return new ImportResult.Refused($"A batch has 1 to {ImportRequest.LargestBatch} rows.");
        if (DatabaseAddress.Read(request.Source) is not { } address)
            return new ImportResult.Refused("The address of the original is neither a URL nor a connection string.");
        await using var alone = await ImportLock.TryTakeAsync(direct, cancellationToken);
        if (alone is null)
            return new ImportResult.Refused("Another import into this database is running.");
        var (table, problem) = await OriginalTable.OpenAsync(address, request.Table, cancellationToken);
        if (table is null)
            return new ImportResult.Refused(problem!);
        await using (table)
            return await RunAsync(table, request, progress, cancellationToken);
    }

    async Task<ImportResult> RunAsync(OriginalTable table, ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        var routing = new Routing(directory);
        var chunks = new OriginalChunks(table, routing, new Renaming(request.Renames));
        var (done, warnings, storedBefore) = (new Tally(), new List<string>(), 0L);
        if (!request.VerifyOnly && await table.FirstAsync(cancellationToken) is { } first)
        {
            var state = await ImportBook.ReadAsync(database, ImportBook.SourceOf(first), cancellationToken);
            storedBefore = state.Stored;
            var atPresent = await ImportBook.IsInUseAsync(database, cancellationToken);
            var total = await table.CountAsync(state.Until, cancellationToken);
            await foreach (var chunk in AheadAsync(chunks.ReadAsync(state.Until, request.BatchSize, cancellationToken), cancellationToken))
            {
                state = await StoreAsync(chunk, state, atPresent, cancellationToken);
                done.Add(chunk.Tally);
                progress.Report(new ImportProgress(ImportPhase.Importing, done.Apps.Values.Sum(app => app.Read), total));
            }

            await ImportBook.FinishAsync(database, state.Source, cancellationToken);
            if (atPresent && done.Apps.Values.Any(app => app.Stored > 0))
                warnings.Add(InUse);
        }

        var verifier = new Verifier(database);
        var verification = await verifier.RunAsync(chunks, await table.CountAsync(null, cancellationToken), progress, cancellationToken);
        if (await routing.WithoutMembersAsync(verifier.Scopes, cancellationToken) is > 0 and var deserted)
            warnings.Add($"{deserted} space(s) have no members here: nobody sees what they hold until they have. Take over accounts and spaces first.");
        return new ImportResult.Completed(
            Apps(request.VerifyOnly ? verifier.Tally : done, verifier), storedBefore, verifier.Tally.Skipped, [.. verifier.Tally.Remarks, .. done.Remarks.Where(IsOfStoring)], warnings, verification);
    }

    async Task<ImportState> StoreAsync(Chunk chunk, ImportState state, bool atPresent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await store.StoreAsync(connection, chunk, state, atPresent, cancellationToken);
    }

    /// <summary>Reading alone, which the verification does again for all rows, cannot tell.</summary>
    static bool IsOfStoring(ImportFinding remark) => remark.What == RowReader.OfTheFuture;

    static List<ImportedApp> Apps(Tally tally, Verifier verifier) =>
    [
        .. verifier.Tally.Apps.Keys.Union(tally.Apps.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(app =>
        {
            var counts = tally.Apps.GetValueOrDefault(app) ?? new AppTally();
            return new ImportedApp(app, counts.Read, counts.Stored, counts.Duplicates, counts.Skipped, verifier.RecordsOf(app));
        }),
    ];

    /// <summary>Reads and interprets the next chunks while one is being stored.</summary>
    static async IAsyncEnumerable<Chunk> AheadAsync(
        IAsyncEnumerable<Chunk> chunks, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = Channel.CreateBounded<Chunk>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Task.Run(() => FillAsync(chunks, ahead.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in ahead.Reader.ReadAllAsync(cancellationToken))
                yield return chunk;
        }
        finally
        {
            // Nothing else may use the connection of the original before the reader has let go of it.
            await stop.CancelAsync();
            await reading;
        }
    }

    static async Task FillAsync(IAsyncEnumerable<Chunk> chunks, ChannelWriter<Chunk> ahead, CancellationToken cancellationToken)
    {
        var failure = default(Exception);
        try
        {
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
                await ahead.WriteAsync(chunk, cancellationToken);
        }
        catch (Exception exception)
        {
            // Thrown where the chunks are awaited.
            failure = exception;
        }

        ahead.Complete(failure);
    }
}
