using System.Collections.Frozen;
using Mana.Auth.Contracts;

namespace Mana.Auth.Spaces;

/// <summary>The table of auth.md 14.2. Some ids are reserved for modules that nobody has built yet.</summary>
internal sealed class SpaceModules : ISpacePolicy
{
    const string Personal = "personal";

    static readonly FrozenDictionary<string, FrozenSet<string>> Shared = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["brand"] = """
            mana social-relay mail contacts calendar storage uload landing website presi cards picture quotes news news-research research-lab ai-agents
            companion times notes photos invoices activity goals wardrobe comic
            """,
        ["club"] = """
            mana contacts calendar events mail storage uload news research-lab club-members club-finance invoices finance landing website presi cards quotes
            companion times notes photos activity goals wardrobe comic
            """,
        ["family"] = """
            mana contacts calendar events mail storage uload website recipes food places presi cards photos notes companion goals activity wetter wisekeep
            firsts wardrobe comic
            """,
        ["team"] = """
            mana contacts calendar events storage mail uload website news news-research research-lab presi cards picture notes quotes invoices companion
            ai-agents times activity goals wardrobe comic
            """,
        ["practice"] = """
            mana contacts calendar storage mail uload website invoices finance times notes presi cards quotes companion research-lab activity goals wardrobe
            comic
            """,
    }.ToFrozenDictionary(
        type => type.Key, type => type.Value.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public bool IsModuleAllowed(string spaceType, string moduleId) =>
        spaceType == Personal || (Shared.TryGetValue(spaceType, out var modules) && modules.Contains(moduleId));
}
