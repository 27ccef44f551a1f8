using System.Text.Json;
using Mana.Auth.Accounts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;

namespace Mana.Auth.Personas;

/// <summary>What an administrator sends for a persona.</summary>
internal sealed record PersonaRequest(string? Email, string? Name, string? Password, string? Archetype, string? SystemPrompt, JsonElement? ModuleMix, string? TickCadence);

/// <summary>The same, checked.</summary>
/// <param name="Address">Normalised.</param>
/// <param name="Name">Null: as it is, or the local part of the address.</param>
/// <param name="ModuleMix">A JSON object of numbers.</param>
internal sealed record PersonaDescriptor(string Address, string? Name, string Password, string Archetype, string SystemPrompt, string ModuleMix, TickCadence TickCadence)
{
    const int LongestName = 80;
    const int LongestArchetype = 100;
    const int LongestPrompt = 20_000;
    const int MostModules = 100;
    const int LongestModule = 64;

    /// <summary>Exactly one of the two is null.</summary>
    public static (PersonaDescriptor? Descriptor, IReadOnlyList<string>? Problems) Of(PersonaRequest? request)
    {
        var problems = new List<string>();
        var address = EmailAddress.Normalize(request?.Email);
        var name = request?.Name?.Trim();
        var cadence = CadenceOf(request?.TickCadence);
        void Unless(bool holds, string problem)
        {
            if (!holds)
                problems.Add(problem);
        }

        Unless(address is not null, "email: an address");
        Unless(name is null || (IsText(name, LongestName) && !name.Any(char.IsControl)), $"name: 1 to {LongestName} characters");
        Unless(!string.IsNullOrEmpty(request?.Password), "password: at least 8 characters");
        Unless(IsText(request?.Archetype, LongestArchetype), $"archetype: 1 to {LongestArchetype} characters");
        Unless(IsText(request?.SystemPrompt, LongestPrompt), $"systemPrompt: 1 to {LongestPrompt} characters");
        Unless(IsMix(request?.ModuleMix), $"moduleMix: an object of at most {MostModules} modules, each with a weight of 0 or more");
        Unless(cadence is not null, "tickCadence: daily, weekdays or hourly");
        return problems.Count > 0
            ? (null, problems)
            : (new PersonaDescriptor(address!, name, request!.Password!, request.Archetype!, request.SystemPrompt!, request.ModuleMix!.Value.GetRawText(), cadence!.Value), null);
    }

    /// <summary>PostgreSQL stores no NUL.</summary>
    internal static bool IsText(string? text, int longest) => text is { Length: > 0 } && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal) && text.Trim().Length > 0;

    static bool IsMix(JsonElement? mix) => mix is { ValueKind: JsonValueKind.Object } modules && modules.EnumerateObject().Count() <= MostModules
        && modules.EnumerateObject().All(module => IsText(module.Name, LongestModule) && module.Value.ValueKind == JsonValueKind.Number
            && module.Value.TryGetDouble(out var weight) && double.IsFinite(weight) && weight >= 0);

    static TickCadence? CadenceOf(string? word)
    {
        if (word is null)
            return Data.TickCadence.Daily;
        foreach (var cadence in Enum.GetValues<TickCadence>())
            if (LowerCaseEnum.Text(cadence) == word)
                return cadence;
        return null;
    }
}
