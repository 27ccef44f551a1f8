using System.Text.Json.Serialization;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

using Mana.Auth.SecurityEvents;

namespace Mana.Auth.Personas;

internal sealed record PersonaKept(bool Ok, string UserId, string Email);

internal sealed record PersonaRemoved(bool Ok, string Deleted);

internal sealed record PersonasResponse(IReadOnlyList<PersonaSummary> Personas);

internal sealed record JournalWritten(bool Ok, int Written);

/// <summary>The platform's error, with the list that these routes' clients read (auth.md 3.4).</summary>
internal sealed record PersonaProblem(
    int StatusCode, string Code, string Error, string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Details = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hint = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => StatusCode;

    public Task ExecuteAsync(HttpContext httpContext) => Results.Json(this, statusCode: StatusCode).ExecuteAsync(httpContext);
}

internal static class PersonaHandlers
{
    static readonly ApiError NotFound = new(404, "Not found", "Persona not found") { Code = "NOT_FOUND" };
    static readonly ApiError AddressTaken = new(409, "Conflict", "This address belongs to an account that is no persona; it was left as it is") { Code = "NOT_A_PERSONA" };
    static readonly ApiError Busy = new(429, "RATE_LIMITED", "Too many passwords at once; try again") { RetryAfterSeconds = Passwords.HashingGate.RetryAfterSeconds };

    static readonly PersonaProblem NoPersona = new(
        400, "NOT_A_PERSONA", "Not a persona", "This account is no persona", Hint: "Accounts of people are removed by themselves or with DELETE /api/v1/admin/users/{id}/data");

    public static async Task<IResult> KeepAsync(PersonaRequest? request, PersonaKeeping personas, CancellationToken cancellationToken)
    {
        var (wanted, problems) = PersonaDescriptor.Of(request);
        return wanted is null ? Invalid(problems!) : await personas.KeepAsync(wanted, cancellationToken) switch
        {
            PersonaResult.Kept kept => Results.Ok(new PersonaKept(true, kept.UserId, kept.Email)),
            PersonaResult.Weak weak => Invalid(["password: " + weak.Sentence]),
            PersonaResult.Busy => Busy,
            _ => AddressTaken,
        };
    }

    public static async Task<IResult> ListAsync(PersonaList personas, CancellationToken cancellationToken) =>
        Results.Ok(new PersonasResponse(await personas.AllAsync(cancellationToken)));

    public static async Task<IResult> FindAsync(string id, PersonaList personas, CancellationToken cancellationToken) =>
        await personas.FindAsync(id, cancellationToken) is { } found ? Results.Ok(found) : NotFound;

    public static async Task<IResult> RemoveAsync(string id, ClientInfo client, PersonaKeeping personas, CancellationToken cancellationToken) =>
        await personas.RemoveAsync(id, client, cancellationToken) switch
        {
            PersonaResult.Removed removed => Results.Ok(new PersonaRemoved(true, removed.UserId)),
            PersonaResult.NoPersona => NoPersona,
            _ => NotFound,
        };

    public static async Task<IResult> DueAsync(PersonaList personas, CancellationToken cancellationToken) => Results.Ok(await personas.DueAsync(cancellationToken));

    public static async Task<IResult> ActionsAsync(string id, ActionsRequest? request, PersonaJournal journal, CancellationToken cancellationToken) =>
        Answer(await journal.AddActionsAsync(id, request, cancellationToken));

    public static async Task<IResult> FeedbackAsync(string id, FeedbackRequest? request, PersonaJournal journal, CancellationToken cancellationToken) =>
        Answer(await journal.AddFeedbackAsync(id, request, cancellationToken));

    static IResult Answer(JournalResult result) => result switch
    {
        JournalResult.Written written => Results.Ok(new JournalWritten(true, written.Count)),
        JournalResult.Invalid invalid => Invalid(invalid.Problems),
        _ => NotFound,
    };

    static PersonaProblem Invalid(IReadOnlyList<string> details) => new(400, "VALIDATION_ERROR", "ValidationError", "The request is not valid", details);
}
