using System.Net;
using Mana.Kernel.Network;

namespace Mana.Notifications.Outbound;

/// <summary>
/// Calls addresses that people chose (compute.md 4.8), as <see cref="PublicDial"/> guards them.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    const int Https = 443;
    readonly PublicDial _dial;
    readonly HttpClient _http;

    public GuardedHttp(OutboundOptions options)
    {
        _dial = new PublicDial(options.Hosts());
        var patience = TimeSpan.FromSeconds(options.TimeoutSeconds);
        _http = new HttpClient(_dial.Handler(patience)) { Timeout = patience };
    }

    /// <summary>Whether somebody may give us this address. What its name stands for is looked at again with every connection.</summary>
    public bool Allows(Uri address)
    {
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return false;
        if (_dial.IsNamed(address.IdnHost, address.Port))
            return address.Scheme is "http" or "https";
        if (address.Scheme != Uri.UriSchemeHttps || address.Port != Https)
            return false;
        return IPAddress.TryParse(address.IdnHost, out var literal)
            ? PublicAddress.Is(literal)
            : address.IdnHost.Contains('.', StringComparison.Ordinal) && !address.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
              && !address.IdnHost.EndsWith(".local", StringComparison.OrdinalIgnoreCase) && !address.IdnHost.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Only the head of the answer is read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _http.Dispose();
}
