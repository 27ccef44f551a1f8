using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Mana.Host.Http;

/// <summary><c>/openapi/v1.json</c>, and <c>/docs</c> to read it.</summary>
internal static class ApiDocument
{
    const string Route = "/openapi/v1.json";

    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
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
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Access token of POST /api/v1/auth/login",
        };
        return Task.CompletedTask;
    });

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
