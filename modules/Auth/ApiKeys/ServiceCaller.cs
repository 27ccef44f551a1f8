using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.ApiKeys;

/// <summary>Tells services from everybody else, on a route that serves both.</summary>
internal sealed class ServiceCaller(IAuthorizationPolicyProvider policies)
{
    public async Task<IReadOnlyList<string>> SchemesAsync() => (await policies.GetPolicyAsync(Policies.Service))!.AuthenticationSchemes;

    /// <summary>Null when a service key was sent that is none: a mistake that must show, and not pass for an anonymous call.</summary>
    public async Task<bool?> IsServiceAsync(HttpContext context)
    {
        bool? answer = false;
        foreach (var scheme in await SchemesAsync())
        {
            var result = await context.AuthenticateAsync(scheme);
            if (result.Succeeded)
                return true;
            if (result.Failure is not null)
                answer = null;
        }

        return answer;
    }
}
