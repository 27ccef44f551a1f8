using System.Diagnostics;

namespace Mana.Kernel.Telemetry;

/// <summary>
/// Exceptions in spans keep type and stack, not the message: PostgreSQL and parsers quote the offending value in theirs.
/// Events of an activity cannot be changed afterwards, so this happens while <see cref="Activity.AddException"/> builds them.
/// </summary>
internal sealed class SpanExceptions : IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = static source => source.Name.StartsWith(ManaMeters.Prefix, StringComparison.Ordinal)
            || Array.IndexOf(ManaMeters.Sources, source.Name) >= 0,
        ExceptionRecorder = static (Activity _, Exception exception, ref TagList tags) =>
        {
            tags.Add("exception.message", SpanRedactor.Redacted);
            tags.Add("exception.stacktrace", exception.StackTrace ?? "");
        },
    };

    internal SpanExceptions() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();
}
