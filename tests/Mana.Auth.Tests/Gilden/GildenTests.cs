using Mana.Auth.Tests.Organizations;

namespace Mana.Auth.Tests.Gilden;

/// <summary>The wrapper of auth.md 14.7, of which nothing worked in the original (W7).</summary>
public sealed class GildenTests(OrganizationWorld world) : IClassFixture<OrganizationWorld>
{
    const string Path = "/api/v1/gilden";

    [Fact]
    public async Task A_Gilde_lives_from_its_founding_to_its_end()
    {
        var (ada, bob) = (await world.VerifiedAsync(), await world.VerifiedAsync());
        var made = await world.PostAsync(Path, ada, new { name = "Gilde", slug = OrganizationWorld.Slug(), logo = "https://a.example/l.png", type = "club" });
        Assert.True(made.Status == 201, made.Text);
        var id = made["gilde", "id"]!;
        Assert.Equal("club", made.Body.GetProperty("gilde").GetProperty("metadata").GetProperty("type").GetString());
        Assert.Equal(id, Assert.Single((await world.GetAsync(Path, ada)).IsOk().Body.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("Renamed", (await world.PutAsync($"{Path}/{id}", ada, new { name = "Renamed", metadata = new { type = "team" } })).IsOk()["name"]);

        var invitation = (await world.PostAsync($"{Path}/{id}/invite", ada, new { email = bob.Email })).IsOk();
        Assert.Equal("member", invitation["role"]);
        var member = (await world.PostAsync(Path + "/accept-invitation", bob, new { invitationId = invitation["id"] })).IsOk()["member", "id"]!;
        Assert.Equal(2, (await world.GetAsync($"{Path}/{id}", bob)).IsOk().Body.GetProperty("members").GetArrayLength());
        (await world.PutAsync($"{Path}/{id}", bob, new { name = "Mine" })).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION");
        Assert.Equal("admin", (await world.PutAsync($"{Path}/{id}/members/{member}/role", ada, new { role = "admin" })).IsOk()["role"]);
        (await world.PutAsync($"{Path}/{id}/members/{member}/role", ada, new { role = "god" })).Refuses(400, "ROLE_NOT_FOUND");
        (await world.DeleteAsync($"{Path}/{id}", bob)).Refuses(403, "YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION");
        Assert.True((await world.DeleteAsync($"{Path}/{id}/members/{member}", ada)).IsOk().Body.GetProperty("success").GetBoolean());
        (await world.GetAsync($"{Path}/{id}", bob)).Refuses(403, "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION");
        Assert.True((await world.DeleteAsync($"{Path}/{id}", ada)).IsOk().Body.GetProperty("success").GetBoolean());
        Assert.Empty((await world.GetAsync(Path, ada)).IsOk().Body.EnumerateArray());
    }

    [Theory]
    [InlineData("""{"name":"Gilde","slug":"a b"}""", "VALIDATION_ERROR")]
    [InlineData("""{"slug":"good-slug"}""", "VALIDATION_ERROR")]
    [InlineData("""{"name":"Gilde","slug":"good-slug","type":"personal"}""", "SPACE_METADATA_INVALID")]
    [InlineData("""{"name":"Gilde","slug":"good-slug","type":7}""", "SPACE_METADATA_INVALID")]
    [InlineData("""{"name":"Gilde","slug":"admin"}""", "ORGANIZATION_ALREADY_EXISTS")]
    [InlineData("""[]""", "VALIDATION_ERROR")]
    public async Task What_is_no_Gilde_is_not_founded(string body, string code)
    {
        var ada = await world.VerifiedAsync();
        (await world.RawAsync(Path, ada, body)).Refuses(400, code);
        Assert.Empty((await world.GetAsync(Path, ada)).IsOk().Body.EnumerateArray());
    }

    [Fact]
    public async Task Ids_that_are_none_are_nobodys()
    {
        var ada = await world.VerifiedAsync();
        foreach (var id in (string[])["nowhere", "%01", "%ED%A0%80", new string('x', 100)])
        {
            (await world.GetAsync($"{Path}/{id}", ada)).Refuses(400, "ORGANIZATION_NOT_FOUND");
            (await world.DeleteAsync($"{Path}/{id}", ada)).Refuses(400, "ORGANIZATION_NOT_FOUND");
            (await world.DeleteAsync($"{Path}/{id}/members/x", ada)).Refuses(400, "ORGANIZATION_NOT_FOUND");
            (await world.PutAsync($"{Path}/{id}", ada, new { name = "Good" })).Refuses(400, "ORGANIZATION_NOT_FOUND");
        }
    }
}
