using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Recurrence.Contracts;
using NodaTime;

namespace Mana.Apps.Recurrence;

/// <summary><c>expand</c> (compute.md 6.11): a page of at most 5,000 occurrences, or the same as lines.</summary>
internal sealed class SeriesExpansion(RecurrenceWork work, OccurrenceCursors cursors)
{
    const int FlushEvery = 64;
    static readonly byte[] NewLine = [(byte)'\n'];

    public static readonly ApiError InvalidCursor = AppsRefusals.BadRequest("INVALID_CURSOR", "This cursor was not issued for this request");

    /// <summary>Null when the page has been written, else the refusal.</summary>
    public ApiError? Write(string userId, ExpandRequest request, Action starting, PipeWriter output, CancellationToken cancellationToken)
    {
        if (!TryStart(userId, request, out var after))
            return InvalidCursor;
        var budget = work.Budget(cancellationToken);
        using var page = new OccurrencePage(request.Detail);
        var (last, more) = (default(Occurrence), false);
        foreach (var occurrence in From(request, after, budget))
        {
            if (more = page.Count == request.Most)
                break;
            page.Add(occurrence);
            last = occurrence;
        }

        if (work.Exceeded(budget, page.Count) is { } exceeded)
            return exceeded;
        starting();
        page.WriteTo(output, request, more ? cursors.Write(userId, request.Fingerprint, OccurrencePosition.Of(last)) : null);
        return null;
    }

    /// <summary>
    /// One item a line, as fast as the reader takes them; computing stops when the reader goes, and is not in anybody's way while the reader waits. What is cut off
    /// ends with a line that holds the cursor.
    /// </summary>
    public async Task<ApiError?> StreamAsync(string userId, ExpandRequest request, Action starting, PipeWriter output, ComputeSlot? slot, CancellationToken cancellationToken)
    {
        if (!TryStart(userId, request, out var after))
            return InvalidCursor;
        starting();
        var budget = work.StreamBudget(cancellationToken);
        await using var json = new Utf8JsonWriter(output, AppsJson.Writing);
        var (count, last) = (0, default(OccurrencePosition));
        foreach (var occurrence in From(request, after, budget))
        {
            if (count == request.Most)
            {
                json.WriteStartObject();
                json.WriteBoolean("truncated", true);
                json.WriteString("nextCursor", cursors.Write(userId, request.Fingerprint, last));
                json.WriteEndObject();
                EndLine(json, output);
                break;
            }

            OccurrenceWriter.WriteItem(json, occurrence);
            EndLine(json, output);
            last = OccurrencePosition.Of(occurrence);
            if (++count % FlushEvery == 0 && (await FlushAsync(output, slot, cancellationToken)).IsCompleted)
                return null;
        }

        if (work.Exceeded(budget, count) is { } exceeded)
        {
            json.WriteStartObject();
            json.WriteString("error", exceeded.Message);
            json.WriteString("code", exceeded.Error);
            json.WriteEndObject();
            EndLine(json, output);
        }

        await FlushAsync(output, slot, cancellationToken);
        return null;
    }

    static ValueTask<FlushResult> FlushAsync(PipeWriter output, ComputeSlot? slot, CancellationToken cancellationToken) =>
        slot is null ? output.FlushAsync(cancellationToken) : slot.OutsideAsync(output.FlushAsync(cancellationToken), cancellationToken);

    bool TryStart(string userId, ExpandRequest request, out OccurrencePosition? after)
    {
        after = request.Cursor is { } cursor ? cursors.Read(userId, request.Fingerprint, cursor) : null;
        return request.Cursor is null || after is not null;
    }

    IEnumerable<Occurrence> From(ExpandRequest request, OccurrencePosition? after, WorkBudget budget)
    {
        var from = after is { } position ? Instant.Max(request.From, Instant.FromUnixTimeSeconds(position.Start)) : request.From;
        var until = request.Until == Instant.MaxValue ? (Instant?)null : request.Until + Duration.Epsilon;
        var all = work.Expander.Expand(request.Series.Set, new OccurrenceWindow(from, until), budget);
        return after is { } end ? all.SkipWhile(occurrence => !end.IsBefore(occurrence)) : all;
    }

    static void EndLine(Utf8JsonWriter json, PipeWriter output)
    {
        json.Flush();
        json.Reset();
        output.Write(NewLine);
    }
}
