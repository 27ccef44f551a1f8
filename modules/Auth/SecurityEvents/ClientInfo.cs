using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.SecurityEvents;

/// <summary>Where a request came from, for the log and for sessions. Handlers take it as a parameter.</summary>
/// <param name="IpAddress">The peer, or whom a trusted proxy names.</param>
/// <param name="RequestId">Of the header <c>X-Request-Id</c>.</param>
internal sealed record ClientInfo(string? IpAddress, string? UserAgent, string? RequestId)
{
    public static readonly ClientInfo None = new(null, null, null);

    public static ClientInfo Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return new ClientInfo(
            (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString(),
            StoredText.Shortened(context.Request.Headers.UserAgent, 512), context.TraceIdentifier);
    }

    public static ValueTask<ClientInfo?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<ClientInfo?>(Of(context));
}
