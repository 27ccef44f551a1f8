using System.Text.Json;
using Mana.Auth.Admin;
using Mana.Auth.Data;
using Mana.Auth.Oidc.Clients;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Administration;

internal sealed record RotateRequest(int? OverlapHours) : IAdminChange
{
    public string? Wanted => OverlapHours?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

internal sealed record ClientIssued(ClientView Client, string? ClientSecret);

/// <summary><c>/api/v1/admin/oauth/clients</c>.</summary>
internal static class ClientAdminHandlers
{
    const int MostOverlapHours = 24 * 30;
    static readonly ApiError NotFound = new(404, "Not found", "Client not found") { Code = "NOT_FOUND" };

    public static Task<IReadOnlyList<ClientView>> ListAsync(ClientAdministration clients, CancellationToken cancellationToken) => clients.ListAsync(cancellationToken);

    public static async Task<IResult> GetAsync(string id, ClientAdministration clients, CancellationToken cancellationToken) =>
        await clients.FindAsync(id, cancellationToken) is { } client ? Results.Ok(client) : NotFound;

    /// <summary><c>clientId</c> beside the fields of the client; without it one is made.</summary>
    public static async Task<IResult> CreateAsync(JsonElement body, ClientAdministration clients, CancellationToken cancellationToken)
    {
        if (Read(body) is not { } draft)
            return Invalid(new("body", "fields of a client, each of its type"));
        var wanted = body.TryGetProperty("clientId", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        return Answer(await clients.CreateAsync(wanted, draft, OAuthClientSource.Admin, cancellationToken), StatusCodes.Status201Created);
    }

    public static async Task<IResult> UpdateAsync(string id, JsonElement body, ClientAdministration clients, CancellationToken cancellationToken) =>
        Read(body) is { } draft ? Answer(await clients.UpdateAsync(id, draft, cancellationToken), StatusCodes.Status200OK) : Invalid(new("body", "fields of a client, each of its type"));

    public static async Task<IResult> DeleteAsync(string id, ClientAdministration clients, CancellationToken cancellationToken) =>
        await clients.DeleteAsync(id, cancellationToken) ? Results.NoContent() : NotFound;

    public static async Task<IResult> RotateAsync(string id, RotateRequest? request, ClientAdministration clients, CancellationToken cancellationToken)
    {
        if (request?.OverlapHours is < 0 or > MostOverlapHours)
            return Invalid(new("overlapHours", $"0 to {MostOverlapHours}"));
        var overlap = request?.OverlapHours is { } hours ? TimeSpan.FromHours(hours) : ClientAdministration.Overlap;
        return Answer(await clients.RotateAsync(id, overlap, cancellationToken), StatusCodes.Status201Created);
    }

    public static async Task<IResult> DropSecretAsync(string id, string secretId, ClientAdministration clients, CancellationToken cancellationToken) =>
        await clients.DropSecretAsync(id, secretId, cancellationToken) ? Results.NoContent() : NotFound;

    static IResult Answer(ClientChange change, int status) => change switch
    {
        ClientChange.Done done => Results.Json(new ClientIssued(done.Client, done.Secret), statusCode: status),
        ClientChange.Invalid invalid => Invalid(invalid.Problem),
        ClientChange.Taken => new ApiError(409, "Conflict", "This clientId is taken") { Code = "CLIENT_EXISTS" },
        _ => NotFound,
    };

    static ApiError Invalid(ClientProblem problem) => new(400, "Invalid client", $"{problem.Field}: {problem.Sentence}") { Code = "INVALID_CLIENT" };

    static ClientDraft? Read(JsonElement body)
    {
        try
        {
            return body.ValueKind == JsonValueKind.Object && StoredJson.IsStorable(body) ? body.Deserialize<ClientDraft>(JsonSerializerOptions.Web) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
