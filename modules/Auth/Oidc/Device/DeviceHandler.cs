using System.Text.Json.Serialization;
using Mana.Auth.Oidc.Authorize;
using Mana.Auth.Oidc.Clients;
using Mana.Auth.Oidc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Device;

internal sealed record DeviceResponse(
    [property: JsonPropertyName("device_code")] string DeviceCode,
    [property: JsonPropertyName("user_code")] string UserCode,
    [property: JsonPropertyName("verification_uri")] string VerificationUri,
    [property: JsonPropertyName("verification_uri_complete")] string VerificationUriComplete,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("interval")] int Interval);

/// <summary>The device authorization endpoint (RFC 8628 3.1).</summary>
internal static class DeviceHandler
{
    public static async Task<IResult> PostAsync(HttpContext context, ClientAuthentication authentication, DeviceCodes codes, AuthOptions options, AuthMetrics metrics, CancellationToken cancellationToken)
    {
        var reading = await AuthenticatedForm.ReadAsync(context, authentication, cancellationToken);
        if (reading is not { Form: { } form, Client: { } client })
            return reading.Error!;
        if (!client.GrantTypes.Contains(GrantTypes.DeviceCode))
            return new OAuthError("unauthorized_client", "This client may not use the device grant");
        var scopes = AuthorizeChecks.Granted(form, client);
        if (scopes.Count == 0 || form.Words("scope").Any(scope => Scopes.Supported.Contains(scope) && !scopes.Contains(scope)))
            return OAuthError.InvalidScope("This client may not ask for one of these scopes, or for none");
        var (device, user) = await codes.StartAsync(client, scopes, cancellationToken);
        metrics.Oidc("device", "started");
        var page = options.BaseUrl + DevicePages.Path;
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new DeviceResponse(device, user, page, $"{page}?user_code={user}", (int)DeviceCodes.Lifetime.TotalSeconds, DeviceCodes.PollSeconds));
    }
}
