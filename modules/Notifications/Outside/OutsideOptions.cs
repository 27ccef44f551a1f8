using Mana.Kernel.Configuration;

namespace Mana.Notifications.Outside;

/// <summary>Section <c>Notifications:Outside</c>: a notify service of one's own that delivers instead of this module (compute.md 4.2).</summary>
internal sealed class OutsideOptions : IManaOptions
{
    /// <summary><c>NOTIFY_MODE</c>: <c>internal</c> or <c>http</c>.</summary>
    public string Mode { get; set; } = "internal";

    /// <summary><c>NOTIFY_URL</c>, for <c>http</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary><c>NOTIFY_SERVICE_KEY</c>, for <c>http</c>.</summary>
    public string? ServiceKey { get; set; }

    public bool IsOutside => Mode == "http";

    public IEnumerable<string> Problems(bool production)
    {
        if (Mode is not ("internal" or "http"))
            yield return "NOTIFY_MODE must be internal or http.";
        if (!IsOutside)
            yield break;
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return "NOTIFY_URL must be an absolute http(s) URL when NOTIFY_MODE is http.";
        if (Secrets.Problem("NOTIFY_SERVICE_KEY", ServiceKey, production) is { } problem)
            yield return problem;
    }
}
