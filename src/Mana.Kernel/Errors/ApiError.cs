using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Errors;

/// <summary>
/// One refusal, in the platform's only error envelope (design section 7):
/// <c>{"statusCode":400,"code":"invalid_op","error":"invalid_op","message":"…","index":2,"details":{…}}</c>.
/// </summary>
/// <param name="StatusCode">HTTP status, 400–599.</param>
/// <param name="Error">Stable machine code that clients branch on.</param>
/// <param name="Message">One sentence for a person; never SQL, a stack trace or parser detail.</param>
public sealed record ApiError(int StatusCode, string Error, string Message) : IResult
{
    /// <summary>A finer code when it differs from <see cref="Error"/> (RFC 6750 reasons on 401).</summary>
    public string? Code { get; init; }

    /// <summary>Position of the element of a batch that is to blame, counted from 0.</summary>
    public int? Index { get; init; }

    /// <summary>Structured facts about the refusal; omitted when null.</summary>
    public IReadOnlyDictionary<string, object>? Details { get; init; }

    /// <summary>Whole seconds after which a retry can succeed; also sent as <c>Retry-After</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    public Task ExecuteAsync(HttpContext httpContext) => ErrorEnvelope.WriteAsync(httpContext, this);
}
