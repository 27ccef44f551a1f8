using Mana.Auth.Spaces;

namespace Mana.Auth.Tests.Spaces;

/// <summary>auth.md 14.2 and 14.3, as the specification prints them.</summary>
public sealed class SpacePolicyTests
{
    static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["brand"] = "mana, social-relay, mail, contacts, calendar, storage, uload, landing, website, presi, cards, picture, quotes, news, news-research, research-lab, ai-agents, companion, times, notes, photos, invoices, activity, goals, wardrobe, comic",
        ["club"] = "mana, contacts, calendar, events, mail, storage, uload, news, research-lab, club-members, club-finance, invoices, finance, landing, website, presi, cards, quotes, companion, times, notes, photos, activity, goals, wardrobe, comic",
        ["family"] = "mana, contacts, calendar, events, mail, storage, uload, website, recipes, food, places, presi, cards, photos, notes, companion, goals, activity, wetter, wisekeep, firsts, wardrobe, comic",
        ["team"] = "mana, contacts, calendar, events, storage, mail, uload, website, news, news-research, research-lab, presi, cards, picture, notes, quotes, invoices, companion, ai-agents, times, activity, goals, wardrobe, comic",
        ["practice"] = "mana, contacts, calendar, storage, mail, uload, website, invoices, finance, times, notes, presi, cards, quotes, companion, research-lab, activity, goals, wardrobe, comic",
    };

    [Fact]
    public void Every_type_of_space_holds_the_modules_of_the_table_and_no_other()
    {
        var policy = new SpaceModules();
        var all = Table.Values.SelectMany(row => row.Split(", ")).Append("period").Append("dreams").ToHashSet(StringComparer.Ordinal);
        foreach (var (type, row) in Table)
            Assert.Equal(row.Split(", ").Order(StringComparer.Ordinal), all.Where(module => policy.IsModuleAllowed(type, module)).Order(StringComparer.Ordinal));
        Assert.All(all, module => Assert.True(policy.IsModuleAllowed("personal", module)));
        Assert.False(policy.IsModuleAllowed("gang", "mana"));
        Assert.False(policy.IsModuleAllowed("team", ""));
    }

    [Theory]
    [InlineData("owner", true, true, true, true, true, true)]
    [InlineData("admin", true, false, true, false, true, false)]
    [InlineData("member", false, false, false, false, false, false)]
    [InlineData("viewer", false, false, false, false, false, false)]
    [InlineData("owner,member", true, true, true, true, true, true)]
    [InlineData("", false, false, false, false, false, false)]
    public void A_role_may_do_what_the_table_says(string role, bool update, bool delete, bool invite, bool giveOwner, bool manageMember, bool manageOwner)
    {
        Assert.Equal((update, delete, invite), (SpacePermissions.MayUpdate(role), SpacePermissions.MayDelete(role), SpacePermissions.MayInvite(role)));
        Assert.Equal((giveOwner, manageMember, manageOwner), (SpacePermissions.MayGive(role, "owner"), SpacePermissions.MayManage(role, "member"), SpacePermissions.MayManage(role, "owner,admin")));
    }

    [Theory]
    [InlineData("owner", "allocate", true)]
    [InlineData("owner", "view_all", true)]
    [InlineData("admin", "allocate", false)]
    [InlineData("admin", "view_all", true)]
    [InlineData("member", "view_all", false)]
    [InlineData("member", "view_own", true)]
    [InlineData("viewer", "view_own", false)]
    public void Credits_are_seen_and_given_by_rank(string role, string action, bool may) => Assert.Equal(may, SpacePermissions.Has(role, "credits", action));
}
