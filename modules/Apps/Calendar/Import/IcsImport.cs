using System.Buffers;
using Mana.Apps.Calendar.Ics;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Mana.Apps.Calendar.Import;

/// <summary>Reads an uploaded calendar as it arrives (compute.md 9.3): the file is never in memory, only what it says.</summary>
internal sealed class IcsImport(TimeProvider time)
{
    const int Chunk = 64 * 1024;

    /// <summary>Without the time that the upload itself takes.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static readonly ApiError NoFile = AppsRefusals.BadRequest("NO_FILE", "No file");
    static readonly ApiError TooLarge = new(413, "FILE_TOO_LARGE", "The file is larger than 10 MiB");
    static readonly ApiError TooMany = new(413, "FILE_TOO_LARGE", $"The file has more than {IcsLimits.Components} components or properties");
    static readonly ApiError NoCalendar = AppsRefusals.BadRequest("NOT_ICALENDAR", "The file is no calendar");
    static readonly ApiError TooSlow = new(422, "IMPORT_TOO_COMPLEX", "The file takes too long to read");

    /// <summary>The file of a form, or the body itself when it says that it is a calendar; null: there is none.</summary>
    public static async Task<Stream?> OpenAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return null;
        if (type.MediaType.Equals("text/calendar", StringComparison.OrdinalIgnoreCase))
            return request.Body;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) || string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            return null;
        var parts = new MultipartReader(boundary, request.Body);
        try
        {
            while (await parts.ReadNextSectionAsync(cancellationToken) is { } part)
                if (part.AsFileSection() is { Name: "file" } file)
                    return file.FileStream;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            // A form without its end holds no file.
        }

        return null;
    }

    public async Task<(IcsReading? Reading, ApiError? Refused)> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var reading = new IcsReading();
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        var spent = TimeSpan.Zero;
        try
        {
            int count;
            while ((count = await file.ReadAtLeastAsync(buffer, 4, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                var started = time.GetTimestamp();
                var goesOn = reading.Feed(buffer.AsSpan(0, count));
                spent += time.GetElapsedTime(started);
                if (!goesOn)
                    break;
                if (spent > Deadline)
                    return (null, TooSlow);
            }
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, TooLarge);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException && exception.InnerException is null)
        {
            // The form broke off; what came is read.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var began = time.GetTimestamp();
        return reading.Complete(() => spent + time.GetElapsedTime(began) > Deadline) switch
        {
            IcsProblem.None => (reading, null),
            IcsProblem.TooLarge => (null, TooLarge),
            IcsProblem.TooManyComponents => (null, TooMany),
            IcsProblem.TooSlow => (null, TooSlow),
            _ => (null, NoCalendar),
        };
    }
}
