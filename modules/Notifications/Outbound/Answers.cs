using System.Globalization;
using System.Net;
using Mana.Notifications.Contracts;

namespace Mana.Notifications.Outbound;

/// <summary>What a status says about an attempt (compute.md 8.7): what asks for patience, or is the other side's own fault, is tried again.</summary>
internal static class Answers
{
    /// <summary>RFC 8470.</summary>
    const int TooEarly = 425;

    static readonly TimeSpan LongestWait = TimeSpan.FromDays(2);

    public static ChannelResult Of(HttpResponseMessage answer, TimeProvider time) => (int)answer.StatusCode switch
    {
        >= 200 and < 300 => new ChannelResult.Sent(answer.Headers.Location?.OriginalString is { Length: <= 500 } id ? id : null),
        (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests or TooEarly or >= 500 =>
            new ChannelResult.Later(Code(answer.StatusCode), RetryAfter(answer, time)),
        _ => new ChannelResult.Dead(Code(answer.StatusCode)),
    };

    /// <summary>Nothing came back.</summary>
    public static ChannelResult Of(Exception exception) => new ChannelResult.Later(exception is TaskCanceledException ? "timeout" : "unreachable", null);

    /// <summary>Failures of a call, as opposed to a caller that has gone.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && exception is HttpRequestException or TaskCanceledException or IOException;

    static string Code(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    static TimeSpan? RetryAfter(HttpResponseMessage answer, TimeProvider time)
    {
        var wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait is null || wait < TimeSpan.Zero ? null : wait > LongestWait ? LongestWait : wait;
    }
}
