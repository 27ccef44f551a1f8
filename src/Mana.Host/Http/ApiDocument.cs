using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Mana.Host.Http;

/// <summary><c>/openapi/v1.json</c>, and <c>/docs</c> to read it.</summary>
internal static class ApiDocument
{
    const string Route = "/openapi/v1.json";

    const string Bearer = "bearer";
    const string ServiceKey = "serviceKey";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            // So that the documentation page sends what was entered under "Authorize".
            foreach (var policy in context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Select(data => data.Policy))
                (operation.Security ??= []).Add(new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(policy == Policies.Service ? ServiceKey : Bearer, context.Document)] = [],
                });
            return Task.CompletedTask;
        });
    }

    static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Mana.Platform",
            Version = "v1",
            Description = "Identity, sync, credits and the rest of the backend of the Mana apps. Errors are one envelope: statusCode, code, error, message, index?, details?.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Access token of POST /api/v1/auth/login",
        };
        document.Components.SecuritySchemes[ServiceKey] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Service-Key",
            Description = "MANA_SERVICE_KEY, for the internal surface",
        };
    }

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi().DisableHttpMetrics();
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.DocumentTitle = "Mana.Platform";
            ui.SwaggerEndpoint(Route, "v1");
        });
    }
}
