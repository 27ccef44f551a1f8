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
        var page = new List<Occurrence>(Math.Min(request.Most, 512) + 1);
        foreach (var occurrence in From(request, after, budget))
        {
            page.Add(occurrence);
            if (page.Count > request.Most)
                break;
        }

        if (RecurrenceWork.Exceeded(budget, page.Count) is { } exceeded)
            return exceeded;
        string? next = null;
        if (page.Count > request.Most)
        {
            page.RemoveAt(page.Count - 1);
            next = cursors.Write(userId, request.Fingerprint, OccurrencePosition.Of(page[^1]));
        }

        starting();
        using var json = new Utf8JsonWriter(output, AppsJson.Writing);
        OccurrenceWriter.WritePage(json, request, page, next);
        return null;
    }

    /// <summary>
    /// One item a line, as fast as the reader takes them; computing stops when the reader goes. What is cut off ends with a line that holds the cursor.
    /// </summary>
    public async Task<ApiError?> StreamAsync(string userId, ExpandRequest request, Action starting, PipeWriter output, CancellationToken cancellationToken)
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
            if (++count % FlushEvery == 0 && (await output.FlushAsync(cancellationToken)).IsCompleted)
                return null;
        }

        if (RecurrenceWork.Exceeded(budget, count) is { } exceeded)
        {
            json.WriteStartObject();
            json.WriteString("error", exceeded.Message);
            json.WriteString("code", exceeded.Error);
            json.WriteEndObject();
            EndLine(json, output);
        }

        await output.FlushAsync(cancellationToken);
        return null;
    }

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
