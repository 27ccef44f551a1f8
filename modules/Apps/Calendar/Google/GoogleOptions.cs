using Mana.Kernel.Configuration;

namespace Mana.Apps.Calendar.Google;

/// <summary>Section <c>Google</c> (compute.md 4.7, 27.5). Without a client the routes answer 503.</summary>
internal sealed class GoogleOptions : IManaOptions
{
    /// <summary><c>GOOGLE_CLIENT_ID</c></summary>
    public string? ClientId { get; set; }

    /// <summary><c>GOOGLE_CLIENT_SECRET</c></summary>
    public string? ClientSecret { get; set; }

    public string AuthUrl { get; set; } = "https://accounts.google.com/o/oauth2/v2/auth";

    public string TokenUrl { get; set; } = "https://oauth2.googleapis.com/token";

    public string RevokeUrl { get; set; } = "https://oauth2.googleapis.com/revoke";

    public string CalendarBase { get; set; } = "https://www.googleapis.com/calendar/v3";

    public string UserInfoUrl { get; set; } = "https://openidconnect.googleapis.com/v1/userinfo";

    public bool IsSetUp => !string.IsNullOrEmpty(ClientId) && !string.IsNullOrEmpty(ClientSecret);

    public IEnumerable<string> Problems(bool production)
    {
        if (string.IsNullOrEmpty(ClientId) != string.IsNullOrEmpty(ClientSecret))
            yield return "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be set together.";
        foreach (var url in (string[])[AuthUrl, TokenUrl, RevokeUrl, CalendarBase, UserInfoUrl])
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (production && uri.Scheme != "https"))
                yield return $"Google: '{url}' must be an absolute URL, https in Production.";
    }
}
